import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * What is missing on the lead, as the questions to ask, one below the other. Of each the rep records what was learned,
 * or why it cannot be known; what was said stays below.
 */
export class Missing extends Component {
    static template = "leadya_crm.Missing";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({
            gaps: [],
            history: [],
            asking: null,
            note: "",
            source: "customer",
        });
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps(({ record }) => this.load(record));
    }

    /** Anew only where the lead, or what it says is missing, has changed. */
    async load({ resId, data }) {
        const key = `${resId}/${data.missing_information}`;
        if (key === this.key) {
            return;
        }
        this.key = key;
        const nothing = { gaps: [], history: [] };
        this.show(resId ? await this.orm.call("crm.lead", "leadya_missing", [[resId]]) : nothing);
    }

    show({ gaps, history }) {
        Object.assign(this.state, { gaps, history, asking: null, note: "" });
    }

    get isShown() {
        return this.props.record.data.won_status === "pending" || this.state.history.length > 0;
    }

    onAsk(gap, kind) {
        Object.assign(this.state, { asking: { key: gap.key, kind }, note: "", source: "customer" });
    }

    isAsking(gap) {
        return this.state.asking?.key === gap.key;
    }

    /** Enter keeps what was written, Escape lets it be. */
    onKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            ev.stopPropagation();
            this.onKeep();
        } else if (ev.key === "Escape") {
            ev.stopPropagation();
            this.state.asking = null;
        }
    }

    async onKeep() {
        const { asking, note, source } = this.state;
        if (note.trim()) {
            await this.clarify(asking.key, asking.kind, note, source);
        }
    }

    onReopen(gap) {
        return this.clarify(gap.key, "reopened", "", "colleague");
    }

    async clarify(key, kind, note, source) {
        const { record } = this.props;
        const args = [[record.resId], key, kind, note, source];
        this.show(await this.orm.call("crm.lead", "leadya_missing_clarify", args));
        if (!(await record.isDirty())) {
            await record.load();
        }
    }

    formatMoment(text) {
        return formatDateTime(deserializeDateTime(text));
    }
}

registry.category("view_widgets").add("leadya_missing", {
    component: Missing,
    fieldDependencies: [
        { name: "missing_information", type: "char" },
        { name: "won_status", type: "selection" },
    ],
});
