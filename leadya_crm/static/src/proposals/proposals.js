import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * Who the lead probably is: contacts and organisations with the reason and how sure it is, linked by
 * one click; or the organisation and the person made in place. Nothing is shown once both are known.
 */
export class Proposals extends Component {
    static template = "leadya_crm.Proposals";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ found: null });
        useRecordObserver((record) => this.load(record));
    }

    async load({ resId, data }) {
        const key = [resId, data.partner_id?.id, data.organization_id?.id].join();
        if (key !== this.key) {
            this.key = key;
            this.state.found = resId
                ? await this.orm.call("crm.lead", "leadya_proposals", [[resId]])
                : null;
        }
    }

    get kinds() {
        const { contacts, organizations } = this.state.found;
        return [
            {
                key: "organizations",
                icon: "fa-building-o",
                label: _t("Organization"),
                proposals: organizations,
            },
            {
                key: "contacts",
                icon: "fa-user-o",
                label: _t("Contact"),
                proposals: contacts,
            },
        ].filter((kind) => kind.proposals.length);
    }

    get createText() {
        return _t("Make new: %(names)s", {
            names: this.state.found.new_names.join(", "),
        });
    }

    async link(proposal) {
        await this.call("action_link_partner", proposal.id);
    }

    async create() {
        await this.call("action_link_create");
    }

    async call(method, ...args) {
        const { record } = this.props;
        // What was typed and not saved is part of what the contact is made of.
        if (await record.save()) {
            await this.orm.call("crm.lead", method, [[record.resId], ...args]);
            await record.load();
        }
    }
}

registry.category("view_widgets").add("leadya_proposals", {
    component: Proposals,
    fieldDependencies: [
        { name: "partner_id", type: "many2one" },
        { name: "organization_id", type: "many2one" },
    ],
});
