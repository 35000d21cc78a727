import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { OUTCOME_ICONS, formatDue } from "../log_attempt/log_attempt";

const { DateTime } = luxon;

/** How many entries a form shows. */
const LIMIT = 50;

const ICONS = {
    mail: "fa-envelope-o text-muted",
    meeting: "fa-handshake-o text-primary",
    reminder: "fa-bell-o text-muted",
    stage: "fa-flag-o text-muted",
    created: "fa-plus-circle text-muted",
};

/** What the module finds out by itself about an attempt. */
const FOUND_ICONS = {
    wrote: "fa-envelope-o text-muted",
    replied: "fa-reply text-success",
    met: "fa-handshake-o text-success",
};

/** What happened between us and the customer, in one order, the latest first. */
export class Timeline extends Component {
    static template = "leadya_crm.Timeline";
    static props = { entries: Array };

    iconOf({ kind, name }) {
        return OUTCOME_ICONS[name] || FOUND_ICONS[name] || ICONS[kind] || "fa-circle-o text-muted";
    }

    isToCome({ at }) {
        return deserializeDateTime(at) > DateTime.now();
    }

    formatMoment({ at }) {
        return formatDue(deserializeDateTime(at));
    }
}

/** The timeline on the lead's form; read when the page is opened, and when something has happened. */
export class TimelineWidget extends Component {
    static template = "leadya_crm.TimelineWidget";
    static components = { Timeline };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ entries: [] });
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps(({ record }) => this.load(record));
    }

    async load({ resId, data }) {
        const key = [
            resId,
            data.stage_id?.id,
            data.attempt_count,
            String(data.next_action_at),
        ].join();
        if (key !== this.key) {
            this.key = key;
            this.state.entries = resId
                ? await this.orm.call("crm.lead", "leadya_timeline", [[resId], LIMIT])
                : [];
        }
    }
}

registry.category("view_widgets").add("leadya_timeline", {
    component: TimelineWidget,
    fieldDependencies: [
        { name: "stage_id", type: "many2one" },
        { name: "attempt_count", type: "integer" },
        { name: "next_action_at", type: "datetime" },
    ],
});
