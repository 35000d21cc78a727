import { Component, onWillUnmount } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { describePromise } from "./promise";

/**
 * The time that is left of a promise, live. Goes on the deadline; reads the state of
 * the promise beside it.
 */
export class CountdownField extends Component {
    static template = "leadya_crm.CountdownField";
    static props = { ...standardFieldProps };

    setup() {
        this.shownText = null;
        onWillUnmount(useService("leadya_ticker").subscribe(() => this.onTick()));
    }

    /** See {@link describePromise}. */
    get promise() {
        const { data } = this.props.record;
        const promise = describePromise(data.sla_state, data[this.props.name], Date.now());
        this.shownText = promise?.text.toString();
        return promise;
    }

    onTick() {
        const shown = this.shownText;
        if (this.promise?.text.toString() !== shown) {
            this.render();
        }
    }
}

export const countdownField = {
    component: CountdownField,
    displayName: _t("Promise Countdown"),
    supportedTypes: ["datetime"],
    fieldDependencies: [{ name: "sla_state", type: "selection" }],
    // A promise that was kept has no deadline any more, and is still worth showing.
    isEmpty: (record) => !record.data.sla_state,
    listViewWidth: [130, 150],
};

registry.category("fields").add("leadya_countdown", countdownField);
