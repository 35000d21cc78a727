from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.moments import naive, utc


class LeadyaSlaCategory(models.Model):
    """A kind of lead and the promise that is made to it: when, how often, how many times.

    Categories are tried in order; the first whose filter takes the lead is the lead's.
    """

    _name = "leadya.sla.category"
    _description = "SLA Category"
    _inherit = ["leadya.lead.filter.mixin", "leadya.automation.mixin", "leadya.lead.count.mixin"]
    _lead_field = "sla_category_id"
    _check_company_auto = True

    color = fields.Integer()
    description = fields.Text(translate=True, help="What a rep should know of such leads.")
    response_minutes = fields.Integer(
        "Answer Within (minutes)",
        default=60,
        required=True,
        help="Working minutes from the lead's arrival to the first attempt to reach the customer.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        domain="['|', ('company_id', '=', False), ('company_id', '=?', company_id)]",
        help="Hours in which the promise runs. Empty: those of the lead's company.",
    )
    at_risk_percent = fields.Integer(
        "At Risk After (%)", default=50, help="Share of the promised time after which the promise counts as at risk."
    )
    max_attempts = fields.Integer(
        "Attempts", default=6, help="How often to try to reach a customer who does not answer."
    )
    follow_up_days = fields.Integer(
        "Follow Up After (days)",
        default=2,
        help="Working days from a conversation to the next one, unless the rep says otherwise.",
    )
    handling = fields.Selection(
        [("active", "Active"), ("passive", "Passive")],
        default="active",
        required=True,
        help="Active: the rep calls. Passive: a first call is not scheduled; the lead is answered when it asks.",
    )
    exhausted_action = fields.Selection(
        [
            ("rep", "The rep decides"),
            ("leader", "The team leader decides"),
            ("nurture", "Nurture"),
            ("close", "Close with a reason"),
        ],
        string="Attempts Used Up",
        default="rep",
        required=True,
        help="What happens when all attempts were made without an answer: somebody gets a task to decide how to go on, "
        "or the lead rests for some time, or it is closed.",
    )
    exhausted_nurture_days = fields.Integer("Rest For (days)", default=90, help="Until the lead comes back.")
    exhausted_reason_id = fields.Many2one(
        "crm.lost.reason", "Reason", ondelete="restrict", help="Why the lead rests or is closed."
    )
    notify_leader = fields.Boolean("Tell the Team Leader", default=True, help="When the answer is late.")
    step_ids = fields.One2many("leadya.sla.step", "category_id", string="Cadence", copy=True)
    stage_limit_ids = fields.One2many("leadya.sla.stage.limit", "category_id", string="Time in Stage", copy=True)

    _response_positive = models.Constraint("CHECK(response_minutes > 0)", "A promise needs at least one minute.")
    _at_risk_range = models.Constraint(
        "CHECK(at_risk_percent BETWEEN 1 AND 100)", "A promise is at risk somewhere between 1 and 100 % of its time."
    )
    _attempts_positive = models.Constraint(
        "CHECK(max_attempts > 0)", "At least one attempt is needed to answer a lead."
    )
    _nurture_positive = models.Constraint("CHECK(exhausted_nurture_days > 0)", "A lead rests for at least a day.")
    _reason_to_close = models.Constraint(
        "CHECK(exhausted_action != 'close' OR exhausted_reason_id IS NOT NULL)",
        "Choose the reason for which leads are closed when the attempts are used up.",
    )
    _follow_up_positive = models.Constraint("CHECK(follow_up_days > 0)", "A follow-up is at least a day ahead.")

    @api.constrains("calendar_id")
    def _check_calendar(self):
        for category in self:
            calendar = category.calendar_id
            if calendar and not calendar.flexible_hours and not calendar.attendance_ids:
                raise ValidationError(
                    self.env._(
                        "%(category)s: the working hours %(calendar)s are empty, and no promise would ever fall due.",
                        category=category.name,
                        calendar=calendar.name,
                    )
                )

    def _get_calendar(self, company, zone=None):
        """The working hours that the promise runs in.

        :param str zone: by whose clock they are read; unless told, the calendar's own
        """
        calendar = self.calendar_id or (company or self.company_id or self.env.company).resource_calendar_id
        return calendar.with_context(leadya_tz=zone) if zone else calendar

    def _get_step(self, attempt_number):
        """The step after so many unanswered attempts; the last one repeats.

        :param int attempt_number: attempts made so far, 1 or more
        """
        steps = self.step_ids
        return steps[min(attempt_number, len(steps)) - 1] if steps else steps

    def _prepare_promises(self, leads, clocks, decisions, start=None):
        """Add the values of a first-response clock, and the decision, for each lead.

        :param list clocks: values of leadya.sla.clock; none is added on trial
        :param list decisions: values of leadya.decision.log
        :param datetime start: from when the promise runs (UTC); unless told, from each lead's arrival
        """
        self.ensure_one()
        for (calendar, zone), alike in leads.grouped(self._get_hours).items():
            starts = [utc(start or lead.create_date) for lead in alike]
            minutes = [self.response_minutes] * len(starts)
            at_risk = [self.response_minutes * self.at_risk_percent / 100] * len(starts)
            # Both in one call: the calendar is laid out once.
            moments = calendar._leadya_plan(starts + starts, minutes + at_risk)
            deadlines, risks = moments[: len(starts)], moments[len(starts) :]
            for lead, begin, deadline, risk in zip(alike, starts, deadlines, risks, strict=True):
                decision = {"lead_id": lead.id, "step": "clock", "trial": self.mode == "trial"}
                if deadline is None:
                    decisions.append({**decision, "code": "no_hours", "params": {"category": self.name}})
                    continue
                if self.mode == "on":
                    clocks.append(self._prepare_promise(lead, zone, begin, naive(deadline), naive(risk)))
                params = {
                    "category": self.name,
                    "minutes": self.response_minutes,
                    "deadline": fields.Datetime.to_string(naive(deadline)),
                }
                if zone:
                    params["zone"] = zone
                decisions.append({**decision, "code": "promised_there" if zone else "promised", "params": params})

    def _prepare_promise(self, lead, zone, start, deadline, at_risk_at):
        return {
            "lead_id": lead.id,
            "company_id": lead.company_id.id,
            "category_id": self.id,
            "kind": "first_response",
            "time_zone": zone,
            "start_at": naive(start.timestamp()),
            "at_risk_at": at_risk_at,
            "deadline": deadline,
        }
