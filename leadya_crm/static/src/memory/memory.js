import { Component, useState } from "@odoo/owl";
import { formatDate, deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const joinKnown = (...parts) => parts.filter(Boolean).join(" · ");

/** One customer, many deals, one memory: what is known of the lead's customer from all deals with them. */
export class Memory extends Component {
    static template = "leadya_crm.Memory";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ memory: null });
        useRecordObserver((record) => this.load(record));
    }

    async load({ resId, data }) {
        const key = [resId, data.partner_id?.id, data.organization_id?.id].join();
        if (key !== this.key) {
            this.key = key;
            this.state.memory = resId
                ? await this.orm.call("crm.lead", "leadya_memory", [[resId]])
                : null;
        }
    }

    get isEmpty() {
        const { deals, people, documents, merged, hidden_deals } = this.state.memory;
        return !(
            deals.length ||
            people.length ||
            documents.length ||
            merged.length ||
            hidden_deals
        );
    }

    get hiddenText() {
        return _t("More deals with this customer, which colleagues work on: %(count)s", {
            count: this.state.memory.hidden_deals,
        });
    }

    open(resModel, resId) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }

    personText({ function: position, roles, last_contact_at: heardAt }) {
        const heard = heardAt
            ? _t("heard %(when)s", {
                  when: deserializeDateTime(heardAt).toRelative(),
              })
            : "";
        return joinKnown(position, ...roles, heard);
    }

    documentText({ date, deal }) {
        return joinKnown(formatDate(deserializeDateTime(date)), deal);
    }

    dealText({ date, stage, revenue, currency_id, user }) {
        const money = revenue ? formatMonetary(revenue, { currencyId: currency_id }) : "";
        return joinKnown(formatDate(deserializeDateTime(date)), stage, money, user);
    }
}

registry.category("view_widgets").add("leadya_memory", {
    component: Memory,
    fieldDependencies: [
        { name: "partner_id", type: "many2one" },
        { name: "organization_id", type: "many2one" },
    ],
});
