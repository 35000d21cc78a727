import { Component, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const MODEL = "leadya.stakeholder";

/** Colour never stands alone: each stance has an icon of its own and is told in words. */
const STANCE_ICONS = {
    champion: "fa-star text-success",
    supporter: "fa-thumbs-o-up text-success",
    neutral: "fa-minus text-muted",
    opponent: "fa-thumbs-o-down text-danger",
};

const INFLUENCE_BARS = { low: 1, medium: 2, high: 3 };

/**
 * The people around the deal, by the part that they have in it: who is missing, and who was
 * silent too long. Read when the page is opened; whoever is near and not on it is one click away.
 */
export class Stakeholders extends Component {
    static template = "leadya_crm.Stakeholders";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({ map: null });
        useRecordObserver((record) => this.load(record));
    }

    async load({ resId, data }) {
        const key = [
            resId,
            data.partner_id?.id,
            data.organization_id?.id,
            data.attempt_count,
        ].join();
        if (key !== this.key) {
            this.key = key;
            this.resId = resId;
            await this.reload();
        }
    }

    async reload() {
        this.state.map = this.resId
            ? await this.orm.call("crm.lead", "leadya_stakeholder_map", [[this.resId]])
            : null;
    }

    // ------------------------------------------------------------
    // WHAT IS SHOWN
    // ------------------------------------------------------------

    /** People by role, in the order in which they come; those outside the customer last. */
    get groups() {
        const groups = new Map();
        for (const person of this.state.map.people) {
            const outside = person.side === "outside";
            const key = outside ? "outside" : person.role || "unknown";
            const label = outside
                ? person.labels.side
                : person.labels.role || _t("Part Not Known Yet");
            if (!groups.has(key)) {
                groups.set(key, { key, label, people: [] });
            }
            groups.get(key).people.push(person);
        }
        const order = (group) => ["unknown", "outside"].indexOf(group.key);
        return [...groups.values()].sort((a, b) => order(a) - order(b));
    }

    get isEmpty() {
        return !this.state.map.people.length;
    }

    get silentCount() {
        return this.state.map.people.filter((person) => person.silent).length;
    }

    get silentText() {
        return _t("Not heard for more than %(days)s days, or never: %(count)s", {
            days: this.state.map.silent_days,
            count: this.silentCount,
        });
    }

    get moreText() {
        return _t("All %(count)s people", { count: this.state.map.total });
    }

    get hasMore() {
        return this.state.map.total > this.state.map.people.length;
    }

    stanceIcon(person) {
        return STANCE_ICONS[person.stance] || "fa-question text-muted";
    }

    influenceBars(person) {
        return INFLUENCE_BARS[person.influence] || 0;
    }

    influenceTitle(person) {
        return _t("Influence: %(influence)s", {
            influence: person.labels.influence || _t("not known"),
        });
    }

    contactText(person) {
        return person.last_contact_at
            ? _t("Heard %(when)s", {
                  when: deserializeDateTime(person.last_contact_at).toRelative(),
              })
            : _t("Never heard");
    }

    // ------------------------------------------------------------
    // WHAT IS DONE
    // ------------------------------------------------------------

    openPerson(person) {
        this.openForm({ resId: person.id, title: person.name });
    }

    addPerson(role = false) {
        this.openForm({
            title: _t("A Person around the Deal"),
            context: { default_lead_id: this.resId, default_role: role },
        });
    }

    openForm(props) {
        const reload = () => this.reload();
        this.dialog.add(FormViewDialog, {
            resModel: MODEL,
            preventEdit: !this.state.map.may_write,
            onRecordSaved: reload,
            ...(props.resId && this.state.map.may_write
                ? { removeRecord: () => this.remove(props.resId) }
                : {}),
            ...props,
        });
    }

    async remove(personId) {
        await this.orm.unlink(MODEL, [personId]);
        await this.reload();
    }

    async offer(values) {
        await this.orm.create(MODEL, [values]);
        await this.reload();
    }

    async spoke(person) {
        await this.orm.call(MODEL, "action_spoke", [[person.id]]);
        await this.reload();
    }

    openAll() {
        this.action.doAction("leadya_crm.leadya_stakeholder_action", {
            additionalContext: {
                search_default_lead_id: this.resId,
                default_lead_id: this.resId,
            },
        });
    }
}

registry.category("view_widgets").add("leadya_stakeholders", {
    component: Stakeholders,
    fieldDependencies: [
        { name: "partner_id", type: "many2one" },
        { name: "organization_id", type: "many2one" },
        { name: "attempt_count", type: "integer" },
    ],
});
