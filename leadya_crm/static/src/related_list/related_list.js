import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { View } from "@web/views/view";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * The records of another model that belong to the lead, in that model's own list.
 *
 * Unlike a one2many field it costs nothing until it is looked at: a page of a notebook
 * mounts what is on it when it is opened, and only then are the records read. It is for
 * histories, which are read now and then and never edited on the lead.
 */
export class RelatedList extends Component {
    static template = "leadya_crm.RelatedList";
    static components = { View };
    static props = {
        ...standardWidgetProps,
        model: String,
    };

    get isShown() {
        return Boolean(this.props.record.resId);
    }

    /** Another lead, or an attempt logged on this one: the list is read again. */
    get key() {
        const { resId, data } = this.props.record;
        return [resId, data.attempt_count, data.sla_state, String(data.next_action_at)].join();
    }

    get viewProps() {
        return {
            type: "list",
            resModel: this.props.model,
            // Not those of the action that shows the lead.
            views: [
                [false, "list"],
                [false, "search"],
            ],
            domain: [["lead_id", "=", this.props.record.resId]],
            context: { leadya_hide_lead: true },
            display: { controlPanel: false, searchPanel: false },
            className: "o_leadya_related_list",
            noBreadcrumbs: true,
            allowSelectors: false,
            allowOpenAction: false,
            readonly: true,
            showButtons: false,
            // A history has nothing to open.
            selectRecord: () => {},
        };
    }
}

export const relatedList = {
    component: RelatedList,
    extractProps: ({ options }) => ({ model: options.model }),
};

registry.category("view_widgets").add("leadya_related_list", relatedList);
