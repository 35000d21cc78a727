import { Component, onWillUnmount, onWillUpdateProps, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const POLL_DELAY = 1500;

/** How far a replay is, asked for while it runs; when it ends the form is loaded anew. */
export class ReplayProgress extends Component {
    static template = "leadya_crm.ReplayProgress";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ ...this.take(this.props.record.data) });
        this.timer = null;
        this.schedule(this.props.record.data.state);
        onWillUpdateProps(({ record }) => {
            Object.assign(this.state, this.take(record.data));
            this.schedule(record.data.state);
        });
        onWillUnmount(() => clearTimeout(this.timer));
    }

    take({ progress, done_count: done, lead_count: count }) {
        return { percent: Math.floor(progress || 0), done, count };
    }

    schedule(state) {
        clearTimeout(this.timer);
        if (state === "running" && this.props.record.resId) {
            this.timer = setTimeout(() => this.poll(), POLL_DELAY);
        }
    }

    async poll() {
        const { resModel, resId } = this.props.record;
        let values;
        try {
            [values] = await this.orm.silent.read(
                resModel,
                [resId],
                ["state", "progress", "done_count", "lead_count"]
            );
        } catch {
            // The server may be starting anew; the replay goes on after it.
            this.schedule("running");
            return;
        }
        if (values && values.state !== "running") {
            await this.props.record.load();
            return;
        }
        Object.assign(this.state, this.take(values || {}));
        this.schedule(values?.state);
    }
}

registry.category("fields").add("leadya_replay_progress", {
    component: ReplayProgress,
    supportedTypes: ["float"],
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "done_count", type: "integer" },
        { name: "lead_count", type: "integer" },
    ],
});
