import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, onWillUnmount, onWillUpdateProps, useState } from "@odoo/owl";

const POLL_DELAY = 2000;
const WORKING = ["testing", "running", "undoing"];
const COUNTS = [
    "created_count",
    "joined_count",
    "known_count",
    "rejected_count",
    "todo_count",
    "undone_count",
    "kept_count",
    "planned_count",
    "planned_created_count",
    "planned_joined_count",
    "planned_known_count",
    "planned_rejected_count",
    "total_count",
    "whole_done",
];
/** Kinds of files of which each row is followed on its own; all others are loaded whole. */
const ROW_KINDS = ["leads"];

/**
 * The progress of an import, asked for every two seconds for as long as it works.
 * When it ends, or somebody else stops it, the whole form is loaded anew.
 */
export class ImportProgress extends Component {
    static template = "leadya_crm.ImportProgress";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState(this.takeFrom(this.props.record.data));
        this.timer = null;
        this.schedule(this.props.record.data.state);
        onWillUpdateProps((nextProps) => {
            Object.assign(this.state, this.takeFrom(nextProps.record.data));
            this.schedule(nextProps.record.data.state);
        });
        onWillUnmount(() => clearTimeout(this.timer));
    }

    takeFrom(data) {
        const values = { progress: data.progress };
        for (const name of COUNTS) {
            values[name] = data[name];
        }
        return values;
    }

    get percent() {
        return Math.min(100, Math.floor(this.state.progress || 0));
    }

    get isWorking() {
        return WORKING.includes(this.props.record.data.state);
    }

    get caption() {
        const counts = this.state;
        const { kind } = this.props.record.data;
        if (kind && !ROW_KINDS.includes(kind)) {
            return _t("%(done)s of %(total)s rows read", {
                done: counts.whole_done,
                total: counts.total_count,
            });
        }
        if (this.props.record.data.state === "testing") {
            return _t(
                "%(created)s would be new, %(joined)s would complete a lead, %(known)s already there, %(rejected)s would be rejected, %(left)s to go",
                {
                    created: counts.planned_created_count,
                    joined: counts.planned_joined_count,
                    known: counts.planned_known_count,
                    rejected: counts.planned_rejected_count,
                    left: counts.total_count - counts.planned_count,
                }
            );
        }
        if (this.props.record.data.state === "undoing") {
            return _t("%(removed)s leads removed, %(kept)s kept, %(left)s to go", {
                removed: counts.undone_count,
                kept: counts.kept_count,
                left: counts.created_count,
            });
        }
        return _t(
            "%(created)s new, %(joined)s completed, %(known)s already there, %(rejected)s rejected, %(left)s to go",
            {
                created: counts.created_count,
                joined: counts.joined_count,
                known: counts.known_count,
                rejected: counts.rejected_count,
                left: counts.todo_count,
            }
        );
    }

    schedule(importState) {
        clearTimeout(this.timer);
        if (WORKING.includes(importState) && this.props.record.resId) {
            this.timer = setTimeout(() => this.poll(), POLL_DELAY);
        }
    }

    async poll() {
        const { resModel, resId, data } = this.props.record;
        let values;
        try {
            [values] = await this.orm.silent.read(
                resModel,
                [resId],
                ["state", "progress", ...COUNTS]
            );
        } catch {
            // The server may be starting anew; the import goes on after it.
            this.schedule(data.state);
            return;
        }
        if (!values) {
            return;
        }
        if (values.state !== data.state) {
            await this.props.record.load();
            return;
        }
        Object.assign(this.state, this.takeFrom(values));
        this.schedule(values.state);
    }
}

export const importProgress = {
    component: ImportProgress,
    supportedTypes: ["float"],
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "kind", type: "selection" },
        ...COUNTS.map((name) => ({ name, type: "integer" })),
    ],
};

registry.category("fields").add("leadya_import_progress", importProgress);
