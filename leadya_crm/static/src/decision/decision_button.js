import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { DecisionGuide } from "./decision_guide";

/** Opens the guide through the customer's decision process; the form shows what was answered. */
export class DecisionButton extends Component {
    static template = "leadya_crm.DecisionButton";
    static props = { ...standardWidgetProps };

    setup() {
        this.dialog = useService("dialog");
    }

    async onClick() {
        const { record } = this.props;
        if ((await record.isDirty()) && !(await record.save())) {
            return;
        }
        this.dialog.add(DecisionGuide, { resId: record.resId }, { onClose: () => record.load() });
    }
}

registry.category("view_widgets").add("leadya_decision_guide", { component: DecisionButton });
