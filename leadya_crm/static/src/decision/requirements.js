import { Component, useState } from "@odoo/owl";

/** Threshold requirements of one kind: each met or not, taken away, or added. */
export class Requirements extends Component {
    static template = "leadya_crm.Requirements";
    static props = {
        lines: Array,
        isReadonly: { type: Boolean, optional: true },
        hasFocus: { type: Boolean, optional: true },
        onAdd: Function,
        onMet: Function,
    };

    setup() {
        this.state = useState({ name: "" });
    }

    async onSubmit() {
        const name = this.state.name.trim();
        if (name) {
            await this.props.onAdd(name);
            this.state.name = "";
        }
    }
}
