import { Component, useRef } from "@odoo/owl";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const CRITERIA = ["bant_budget", "bant_authority", "bant_need", "bant_timeframe"];

/** Criteria of each model, in the order in which they are asked; as on the server. */
const MODELS = {
    bant: CRITERIA,
    ntm: ["bant_need", "bant_timeframe", "bant_budget"],
};

/** How each state looks: never by colour alone. */
const LOOKS = {
    unknown: { icon: "fa-question", color: "secondary" },
    open: { icon: "fa-adjust", color: "warning" },
    confirmed: { icon: "fa-check", color: "success" },
    failed: { icon: "fa-times", color: "danger" },
};

/**
 * The lights of the qualification, with a gauge of the score that it goes on. In a form
 * with the option ``editable`` each criterion is set by a click, or by the arrow keys:
 * up and down choose the criterion, left and right its state.
 */
export class BantField extends Component {
    static template = "leadya_crm.BantField";
    static props = { ...standardFieldProps, editable: { type: Boolean, optional: true } };

    setup() {
        this.root = useRef("root");
    }

    get isEditable() {
        return Boolean(this.props.editable) && this.props.record.isInEdition;
    }

    get score() {
        return this.props.record.data[this.props.name] || 0;
    }

    get scoreTitle() {
        return _t("Qualified to %(score)s %", { score: this.score });
    }

    get gaugeColor() {
        return this.score >= 75 ? "success" : this.score >= 40 ? "warning" : "secondary";
    }

    get criteria() {
        const { data, fields } = this.props.record;
        return MODELS[data.qualification_model || "bant"].map((name) => {
            const states = this.getStates(name);
            const value = data[name] || "unknown";
            const state = states.find((candidate) => candidate.value === value);
            const label = fields[name].string;
            return {
                name,
                label,
                letter: [...label][0],
                states,
                state,
                title: `${label}: ${state.label}`,
            };
        });
    }

    getStates(name) {
        return this.props.record.fields[name].selection.map(([value, label]) => ({
            value,
            label,
            ...LOOKS[value],
        }));
    }

    setState(name, value) {
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

    async onKeydown(ev, criterion) {
        const forward = localization.direction === "rtl" ? -1 : 1;
        const step = { ArrowRight: forward, ArrowLeft: -forward }[ev.key];
        const jump = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
        if (!step && !jump) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
        const row = this.criteria.findIndex(({ name }) => name === criterion.name);
        if (jump) {
            this.focusRadio(row + jump);
            return;
        }
        const index = criterion.states.indexOf(criterion.state) + step;
        const next = criterion.states[index];
        if (next) {
            const radios = ev.currentTarget.querySelectorAll("[role=radio]");
            radios[index].focus();
            await this.setState(criterion.name, next.value);
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
    ],
    extractProps: ({ options }) => ({ editable: Boolean(options.editable) }),
    // Nothing known yet is worth showing: it is what there is to ask.
    isEmpty: () => false,
    listViewWidth: [150, 180],
};

registry.category("fields").add("leadya_bant", bantField);
