import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { formatPercentage } from "@web/views/fields/formatters";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * The visits that led to the lead, oldest first, with what each earns of it. A visit that was
 * recorded wrongly is corrected by another; both are shown.
 */
export class Touches extends Component {
    static template = "leadya_crm.Touches";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ model: "", touches: [] });
        onWillStart(() => this.load(this.props.record.resId));
        onWillUpdateProps(({ record }) => record.resId !== this.resId && this.load(record.resId));
    }

    async load(resId) {
        this.resId = resId;
        const told = resId
            ? await this.orm.call("crm.lead", "leadya_touches", [[resId]])
            : { model: "", touches: [] };
        Object.assign(this.state, told);
    }

    async open(action) {
        await this.action.doAction(action, {
            onClose: async () => {
                // The lead may show what the correction says.
                await this.props.record.load();
                await this.load(this.resId);
            },
        });
    }

    async correct({ id }) {
        await this.open(await this.orm.call("leadya.touch", "action_correct", [[id]]));
    }

    async add() {
        await this.open(await this.orm.call("crm.lead", "action_add_touch", [[this.resId]]));
    }

    formatMoment({ at }) {
        return toLocaleDateTimeString(deserializeDateTime(at), { showSeconds: false });
    }

    tellShare({ share }) {
        return _t("Earns %s", formatPercentage(share, { digits: [16, 0] }));
    }

    tellGap({ days }) {
        return _t("%s days after the visit before", days);
    }

    /** The page that the visitor saw first; of a home page the site is enough. */
    pageOf({ site, landing }) {
        return landing === "/" ? site : site + landing;
    }
}

registry.category("view_widgets").add("leadya_touches", { component: Touches });
