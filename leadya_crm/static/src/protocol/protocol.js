import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * The protocol of the lead's stage as a checklist: what the customer must have received
 * by now. Each tick is kept at once, with who made it.
 */
export class Protocol extends Component {
    static template = "leadya_crm.Protocol";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ points: [] });
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps(({ record }) => this.load(record));
    }

    async load({ resId, data }) {
        const key = `${resId}/${data.stage_id?.id}`;
        if (key !== this.key) {
            this.key = key;
            this.state.points = resId
                ? await this.orm.call("crm.lead", "leadya_protocol", [[resId]])
                : [];
        }
    }

    async onTick(point, done) {
        const { resId } = this.props.record;
        this.state.points = await this.orm.call("crm.lead", "leadya_protocol_tick", [
            [resId],
            point.id,
            done,
        ]);
    }

    formatMoment(text) {
        return formatDateTime(deserializeDateTime(text));
    }
}

registry.category("view_widgets").add("leadya_protocol", {
    component: Protocol,
    fieldDependencies: [{ name: "stage_id", type: "many2one" }],
});
