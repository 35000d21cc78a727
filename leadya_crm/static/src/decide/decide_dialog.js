import { Component, onWillStart, useExternalListener, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** Months for which a lead can rest. */
const RESTS = [1, 2, 3, 6, 12];

/**
 * What becomes of leads: drop, nurture or proceed, with a reason. By the mouse, or by two digits: one for the
 * decision, one for the reason.
 */
export class DecideDialog extends Component {
    static template = "leadya_crm.DecideDialog";
    static components = { Dialog };
    static props = {
        leadIds: { type: Array, element: Number },
        onDecided: { type: Function, optional: true },
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({ decision: null, note: "", months: 0, isBusy: false });
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev), { capture: true });
        onWillStart(async () => {
            this.reasons = await this.orm.call("crm.lead", "leadya_decision_reasons", []);
        });
    }

    get decisions() {
        return [
            { value: "drop", label: _t("Drop"), icon: "fa-trash-o text-danger" },
            { value: "nurture", label: _t("Nurture"), icon: "fa-leaf text-info" },
            { value: "proceed", label: _t("Proceed"), icon: "fa-arrow-circle-right text-success" },
        ];
    }

    get rests() {
        return RESTS.map((months) => ({
            months,
            label: months === 1 ? _t("One month") : _t("%s months", months),
        }));
    }

    get title() {
        const decision = this.decisions.find(({ value }) => value === this.state.decision);
        return decision
            ? _t("%(decision)s: why?", { decision: decision.label })
            : _t("What becomes of it?");
    }

    get choices() {
        return this.state.decision ? this.reasons[this.state.decision] : this.decisions;
    }

    onKeydown(ev) {
        const digit = /^(?:Digit|Numpad)([1-9])$/.exec(ev.code)?.[1];
        const isTyping = ev.target.matches?.("input, textarea, select");
        if (!digit || isTyping || ev.altKey || ev.ctrlKey || ev.metaKey) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
        const choice = this.choices[digit - 1];
        if (choice) {
            this.onChosen(choice);
        }
    }

    onChosen(choice) {
        return this.state.decision ? this.decide(choice) : this.onDecision(choice);
    }

    onDecision({ value }) {
        this.state.decision = value;
        this.state.months = 0;
    }

    async decide(reason) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        const { decision, note, months } = this.state;
        try {
            await this.orm.call(
                "crm.lead",
                "action_decide",
                [this.props.leadIds, decision, reason.id],
                {
                    note,
                    rest_months: Number(months) || null,
                }
            );
        } finally {
            this.state.isBusy = false;
        }
        this.notification.add(reason.name, {
            type: "success",
            title: this.decisions.find(({ value }) => value === decision).label,
        });
        this.props.close();
        await this.props.onDecided?.(decision);
    }
}

/** From the list, for all that are chosen. */
registry.category("actions").add("leadya_decide", (env, { params }) => {
    env.services.dialog.add(DecideDialog, {
        leadIds: params.lead_ids,
        onDecided: () => env.services.action.doAction("soft_reload"),
    });
});
