import { fields, models } from "@web/../tests/web_test_helpers";

const CRITERION_STATES = [
    ["unknown", "Unknown"],
    ["open", "Open"],
    ["confirmed", "Confirmed"],
    ["failed", "Failed"],
];

/** As much of the lead as the widgets read. */
export class Lead extends models.Model {
    _name = "crm.lead";

    name = fields.Char();
    active = fields.Boolean({ default: true });
    won_status = fields.Selection({
        selection: [
            ["pending", "Pending"],
            ["won", "Won"],
        ],
        default: "pending",
    });
    sla_deadline = fields.Datetime();
    sla_state = fields.Selection({
        selection: [
            ["running", "On time"],
            ["at_risk", "At risk"],
            ["breached", "Late"],
            ["met", "Kept"],
        ],
    });
    attempt_count = fields.Integer();
    last_outcome = fields.Selection({
        selection: [
            ["reached", "Reached"],
            ["no_answer", "No answer"],
            ["left_message", "Left a message"],
            ["wrong_number", "Wrong number"],
            ["call_back", "Call me back"],
            ["not_now", "Not now"],
            ["not_interested", "Not interested"],
            // Found by the module: nobody logs it.
            ["replied", "Customer replied"],
        ],
    });
    next_action_at = fields.Datetime();
    qualification_model = fields.Selection({
        selection: [
            ["bant", "BANT"],
            ["ntm", "NTM"],
        ],
        default: "bant",
    });
    qualification_score = fields.Integer();
    bant_budget = fields.Selection({ selection: CRITERION_STATES, string: "Budget" });
    bant_authority = fields.Selection({ selection: CRITERION_STATES, string: "Authority" });
    bant_need = fields.Selection({ selection: CRITERION_STATES, string: "Need" });
    bant_timeframe = fields.Selection({ selection: CRITERION_STATES, string: "Timeframe" });
    criterion_states = fields.Json();
}
