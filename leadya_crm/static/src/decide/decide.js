import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { DecideDialog } from "./decide_dialog";

/** The button of a card or a form that asks what becomes of the lead; of a lead that is closed there is none. */
export class Decide extends Component {
    static template = "leadya_crm.Decide";
    static props = { ...standardWidgetProps, compact: { type: Boolean, optional: true } };

    setup() {
        this.dialog = useService("dialog");
    }

    get isShown() {
        const { data, resId } = this.props.record;
        return Boolean(resId) && data.active && data.won_status === "pending";
    }

    /** Enter presses the button; the card around it would take the key for itself. */
    onKeydown(ev) {
        if (["Enter", " "].includes(ev.key)) {
            ev.stopPropagation();
        }
    }

    async onClick() {
        const { record } = this.props;
        if ((await record.isDirty()) && !(await record.save())) {
            return;
        }
        this.dialog.add(DecideDialog, {
            leadIds: [record.resId],
            onDecided: () => record.load(),
        });
    }
}

registry.category("view_widgets").add("leadya_decide", {
    component: Decide,
    fieldDependencies: [
        { name: "won_status", type: "selection" },
        { name: "active", type: "boolean" },
    ],
    extractProps: ({ options }) => ({ compact: Boolean(options.compact) }),
});
