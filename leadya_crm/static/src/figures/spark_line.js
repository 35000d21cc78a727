import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

const WIDTH = 80;
const HEIGHT = 20;

/** A small line of leads by week, told in words to whoever cannot see it. */
export class SparkLine extends Component {
    static template = "leadya_crm.SparkLine";
    static props = { values: { type: Array, element: Number } };

    get label() {
        const { values } = this.props;
        const last = values.at(-1) || 0;
        return _t("Leads by week: %(most)s at most, %(last)s in the last one", {
            most: Math.max(0, ...values),
            last,
        });
    }

    get points() {
        const { values } = this.props;
        const most = Math.max(1, ...values);
        const step = WIDTH / Math.max(1, values.length - 1);
        const line = values.length > 1 ? values : [...values, ...values];
        return line
            .map(
                (value, index) =>
                    `${(index * step).toFixed(1)},${(HEIGHT - 1 - (value / most) * (HEIGHT - 2)).toFixed(1)}`
            )
            .join(" ");
    }
}
