import { Component, onWillStart } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { LOOKS, describeAnswer } from "./criterion";

/** How the score comes about: what each criterion counts, and what shows it. */
export class ScorePopover extends Component {
    static template = "leadya_crm.ScorePopover";
    static props = { resId: Number, close: { type: Function, optional: true } };

    setup() {
        const orm = useService("orm");
        this.describeAnswer = describeAnswer;
        onWillStart(async () => {
            const details = await orm.call("crm.lead", "leadya_qualification", [
                [this.props.resId],
            ]);
            Object.assign(this, details);
        });
    }

    lookOf(criterion) {
        return LOOKS[criterion.state];
    }

    currentOf(criterion) {
        return criterion.answers.find(
            (answer) => answer.is_current && answer.state === criterion.state
        );
    }
}
