import { Component, useState } from "@odoo/owl";
import { FileInput } from "@web/core/file_input/file_input";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Requirements } from "./requirements";

/**
 * The terms of the decision on the page with all of it: requirements that a supplier has to
 * meet, advantages of ours to propose as such, and the document. Each change is kept at once;
 * they are read when the page is opened, not with the form.
 */
export class DecisionTerms extends Component {
    static template = "leadya_crm.DecisionTerms";
    static components = { FileInput, Requirements };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ guide: null });
        useRecordObserver((record) => {
            this.observe(record);
        });
    }

    /** Anew where the lead, or what it says of thresholds, has changed. */
    observe({ resId, data }) {
        const key = [resId, data.decision_has_thresholds, data.decision_spec].join();
        if (resId && key !== this.key) {
            this.key = key;
            this.call("leadya_decision_guide");
        }
    }

    get isReadonly() {
        return !this.props.record.isInEdition;
    }

    linesOf(kind) {
        return this.state.guide.thresholds.filter((line) => line.kind === kind);
    }

    async call(method, ...args) {
        const { resId } = this.props.record;
        this.state.guide = await this.orm.call("crm.lead", method, [[resId], ...args]);
    }

    /** What is typed in the form goes first: what is kept here is read with it. */
    async keep(method, ...args) {
        const { record } = this.props;
        if ((await record.isDirty()) && !(await record.save())) {
            return;
        }
        await this.call(method, ...args);
        await record.load();
    }

    onUploaded(files) {
        const ids = files.map(({ id }) => id).filter(Boolean);
        return ids.length && this.keep("leadya_decision_add_documents", ids);
    }
}

registry.category("view_widgets").add("leadya_decision_terms", {
    component: DecisionTerms,
    fieldDependencies: [
        { name: "decision_has_thresholds", type: "selection" },
        { name: "decision_spec", type: "selection" },
    ],
});
