import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * Who could have got the lead, each time that it was given to somebody: every candidate
 * with the factors, and why not. Read when its page is opened, not with the form.
 */
export class Dossier extends Component {
    static template = "leadya_crm.Dossier";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ dossiers: [], shownId: null });
        this.key = null;
        onWillStart(() => this.load(this.props));
        onWillUpdateProps((nextProps) => this.load(nextProps));
    }

    async load({ record }) {
        const key = [record.resId, record.data.user_id?.id, record.data.sla_state].join();
        if (key === this.key) {
            return;
        }
        this.key = key;
        const dossiers = record.resId
            ? await this.orm.call("crm.lead", "leadya_read_dossiers", [[record.resId]])
            : [];
        Object.assign(this.state, { dossiers, shownId: dossiers[0]?.id });
    }

    toggle(dossier) {
        this.state.shownId = this.state.shownId === dossier.id ? null : dossier.id;
    }

    formatDate(text) {
        return toLocaleDateTimeString(deserializeDateTime(text), { showSeconds: false });
    }

    /** "3 / 8", or "3" where there is no limit. */
    formatLoad(load, most) {
        return most ? `${load} / ${most}` : String(load);
    }

    /** Columns that say something of this choice. */
    hasColumn(dossier, name) {
        return dossier.candidates.some((candidate) => candidate[name]);
    }
}

registry.category("view_widgets").add("leadya_dossier", { component: Dossier });
