import { Component, useRef, useState } from "@odoo/owl";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { LOOKS, describeAnswer } from "./criterion";
import { ScorePopover } from "./score_popover";

const CRITERIA = ["bant_budget", "bant_authority", "bant_need", "bant_timeframe"];

/** Criteria of each model, in the order in which they are asked; as on the server. */
const MODELS = {
    bant: CRITERIA,
    ntm: ["bant_need", "bant_timeframe", "bant_budget"],
};

/**
 * The lights of the qualification, with a gauge of the score that it goes on; a click tells
 * how the score comes about. In a form with the option ``editable`` each criterion is set
 * by a click, or by keys: up and down choose the criterion, left and right its state, and
 * so do the digits 1 to 4; E asks for what shows it. The criteria that an admin has added
 * stand below those that ship with the module, and are saved with the form as they are.
 */
export class BantField extends Component {
    static template = "leadya_crm.BantField";
    static props = { ...standardFieldProps, editable: { type: Boolean, optional: true } };

    setup() {
        this.root = useRef("root");
        this.orm = useService("orm");
        this.action = useService("action");
        this.popover = usePopover(ScorePopover, { position: "bottom-start" });
        this.describeAnswer = describeAnswer;
        this.state = useState({ details: [] });
        useRecordObserver((record) => {
            this.observe(record);
        });
    }

    get isEditable() {
        return Boolean(this.props.editable) && this.props.record.isInEdition;
    }

    // ------------------------------------------------------------
    // Evidence
    // ------------------------------------------------------------

    /** What is known of each criterion is read anew when the saved lead says something else. */
    observe({ resId, dirty, data }) {
        const said = CRITERIA.map((name) => data[name]);
        const key = JSON.stringify([resId, data.qualification_model, said, data.criterion_states]);
        if (this.props.editable && resId && !dirty && key !== this.key) {
            this.key = key;
            this.loadDetails(resId);
        }
    }

    async loadDetails(resId) {
        const { criteria } = await this.orm.call("crm.lead", "leadya_qualification", [[resId]]);
        this.state.details = criteria;
    }

    /** What is typed in the form goes first; false where it cannot be saved. */
    async saveChanges() {
        const { record } = this.props;
        return (await record.isDirty()) ? record.save() : true;
    }

    async reload() {
        await this.props.record.load();
        await this.loadDetails(this.props.record.resId);
    }

    /** Ask for what shows the answer: a note, a document. */
    async onEvidence(criterion) {
        if (!criterion.id || !(await this.saveChanges())) {
            return;
        }
        const { value } = criterion.state;
        await this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Evidence: %s", criterion.label),
                res_model: "leadya.criterion.answer",
                views: [[false, "form"]],
                target: "new",
                context: {
                    default_lead_id: this.props.record.resId,
                    default_criterion_id: criterion.id,
                    default_state: value === "unknown" ? "open" : value,
                },
            },
            { onClose: () => this.reload() }
        );
    }

    /** The customer says that it is still so. */
    async onRenew(criterion) {
        if (await this.saveChanges()) {
            const { resId } = this.props.record;
            await this.orm.call("crm.lead", "leadya_answer", [[resId], criterion.id, "confirmed"]);
            await this.reload();
        }
    }

    // ------------------------------------------------------------
    // What is shown
    // ------------------------------------------------------------

    get score() {
        return this.props.record.data[this.props.name] || 0;
    }

    get scoreTitle() {
        return _t("Qualified to %(score)s %", { score: this.score });
    }

    get lightsTitle() {
        return _t("How the score of %(score)s % comes about", { score: this.score });
    }

    get gaugeColor() {
        return this.score >= 75 ? "success" : this.score >= 40 ? "warning" : "secondary";
    }

    /** The criteria of the lead's model, each with the state that the form has. */
    get criteria() {
        const { data, fields } = this.props.record;
        return MODELS[data.qualification_model || "bant"].map((name) =>
            this.describe({
                ...this.state.details.find(({ field }) => field === name),
                name,
                label: fields[name].string,
                value: data[name],
            })
        );
    }

    /** Those that an admin has added. */
    get added() {
        const states = this.props.record.data.criterion_states || {};
        return this.state.details
            .filter(({ field }) => !field)
            .map((details) =>
                this.describe({
                    ...details,
                    name: `criterion_${details.id}`,
                    label: details.name,
                    value: states[details.id],
                })
            );
    }

    describe(criterion) {
        const states = this.getStates();
        const value = criterion.value || "unknown";
        const state = states.find((candidate) => candidate.value === value);
        const answers = criterion.answers || [];
        return {
            ...criterion,
            letter: [...criterion.label][0],
            states,
            state,
            title: `${criterion.label}: ${state.label}`,
            current: answers.find((answer) => answer.is_current && answer.state === value),
            earlier: answers.filter((answer) => !answer.is_current),
        };
    }

    getStates() {
        return this.props.record.fields.bant_need.selection.map(([value, label]) => ({
            value,
            label,
            ...LOOKS[value],
        }));
    }

    labelOf(state) {
        return this.getStates().find(({ value }) => value === state).label;
    }

    onLights(ev) {
        const { resId } = this.props.record;
        if (resId) {
            this.popover.open(ev.currentTarget, { resId });
        }
    }

    // ------------------------------------------------------------
    // Setting
    // ------------------------------------------------------------

    setState({ name, id, field }, value) {
        if (id && !field) {
            const states = this.props.record.data.criterion_states || {};
            return this.props.record.update({ criterion_states: { ...states, [id]: value } });
        }
        return this.props.record.update({ [name]: value });
    }

    /** The first criterion takes the keyboard; for the form's shortcut. */
    focusFirst() {
        this.focusRadio(0);
    }

    focusRadio(row) {
        const groups = this.root.el.querySelectorAll("[role=radiogroup]");
        groups[row]?.querySelector("[role=radio][tabindex='0']")?.focus();
    }

    /** The state that a key stands for, by its place in the row. */
    getIndex(ev, criterion) {
        const digit = /^(?:Digit|Numpad)?([1-4])$/.exec(ev.code || ev.key)?.[1];
        if (digit) {
            return digit - 1;
        }
        const forward = localization.direction === "rtl" ? -1 : 1;
        const step = { ArrowRight: forward, ArrowLeft: -forward }[ev.key];
        return step ? criterion.states.indexOf(criterion.state) + step : null;
    }

    async onKeydown(ev, criterion) {
        if (ev.altKey || ev.ctrlKey || ev.metaKey) {
            return;
        }
        const jump = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
        const index = this.getIndex(ev, criterion);
        if (!jump && index === null && ev.code !== "KeyE") {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
        if (jump) {
            const rows = [...this.criteria, ...this.added];
            this.focusRadio(rows.findIndex(({ name }) => name === criterion.name) + jump);
        } else if (index === null) {
            await this.onEvidence(criterion);
        } else if (criterion.states[index]) {
            ev.currentTarget.querySelectorAll("[role=radio]")[index].focus();
            await this.setState(criterion, criterion.states[index].value);
        }
    }
}

export const bantField = {
    component: BantField,
    displayName: _t("Qualification Lights"),
    supportedTypes: ["integer"],
    supportedOptions: [
        {
            label: _t("Editable"),
            name: "editable",
            type: "boolean",
        },
    ],
    fieldDependencies: [
        { name: "qualification_model", type: "selection", readonly: false, onChange: true },
        ...CRITERIA.map((name) => ({
            name,
            type: "selection",
            readonly: false,
            onChange: true,
        })),
        { name: "criterion_states", type: "json", readonly: false, onChange: true },
    ],
    extractProps: ({ options }) => ({ editable: Boolean(options.editable) }),
    // Nothing known yet is worth showing: it is what there is to ask.
    isEmpty: () => false,
    listViewWidth: [150, 180],
};

registry.category("fields").add("leadya_bant", bantField);
