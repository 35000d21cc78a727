import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { formatSpan } from "../countdown/promise";

const MINUTE = 60 * 1000;

const one = (value) => formatFloat(value, { digits: [16, 1] });
const percent = (value) => _t("%s %", one(value));
const minutes = (value) => formatSpan(value * MINUTE);

/**
 * The company's own figures beside what is known of others, each with its source, and
 * whether scoring would pay.
 */
export class Measures extends Component {
    static template = "leadya_crm.Measures";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ days: 30, groupBy: "user_id", data: null });
        onWillStart(() => this.load());
    }

    async load() {
        const { days, groupBy } = this.state;
        this.state.data = await this.orm.call("leadya.measures", "leadya_measure", [days, groupBy]);
    }

    get spans() {
        return [7, 30, 90, 365].map((days) => ({ days, label: _t("Last %s days", days) }));
    }

    get groupings() {
        return [
            { name: "user_id", label: _t("Salesperson") },
            { name: "team_id", label: _t("Sales Team") },
            { name: "stage_id", label: _t("Stage") },
            { name: "sla_category_id", label: _t("SLA Category") },
            { name: "channel_id", label: _t("Channel") },
            { name: "niche_id", label: _t("Market Niche") },
            { name: "keyword_id", label: _t("Keyword") },
            { name: "hour", label: _t("Hour of arrival") },
            { name: "weekday", label: _t("Weekday of arrival") },
        ];
    }

    /** The figures at the top, each with what others have and where that is said. */
    get tiles() {
        const { total } = this.state.data;
        return [
            this.tile(_t("Median time to the first contact"), total.median, minutes, {
                text: _t("Goal: 5 minutes. After them odds fall about tenfold"),
                source: _t("InsideSales/MIT 2007, a vendor's study"),
                isGood: total.median <= 5,
            }),
            this.tile(_t("Nine in ten are contacted within"), total.p90, minutes, {
                text: _t("Companies that have a system take 47 hours on average"),
                source: _t("lead-SLA method"),
                isGood: total.p90 <= 47 * 60,
            }),
            this.tile(_t("Never followed up"), total.never, percent, {
                text: _t("Others: 71 %"),
                source: _t("lead-SLA method"),
                isGood: total.never < 71,
            }),
            this.tile(_t("Attempts per lead"), total.attempts, one, {
                text: _t("Others: 1.3"),
                source: _t("lead-SLA method"),
                isGood: total.attempts > 1.3,
            }),
            this.tile(_t("Promises kept"), total.kept, percent, { isGood: total.kept >= 90 }),
        ];
    }

    tile(label, value, format, { text = "", source = "", isGood }) {
        const known = value !== null && value !== undefined;
        return {
            label,
            text,
            source,
            value: known ? format(value) : "–",
            icon: !known
                ? ""
                : isGood
                  ? "fa-check-circle text-success"
                  : "fa-exclamation-triangle text-warning",
            verdict: !known ? "" : isGood ? _t("better") : _t("worse"),
        };
    }

    get rows() {
        return this.state.data.groups
            .filter(({ count }) => count)
            .map((group) => ({
                ...group,
                id: `${group.key}`,
                cells: [
                    [group.median, minutes],
                    [group.p90, minutes],
                    [group.working_median, minutes],
                    [group.working_p90, minutes],
                    [group.never, percent],
                    [group.attempts, one],
                    [group.kept, percent],
                ].map(([value, format]) => (value === null ? "–" : format(value))),
            }));
    }

    get columns() {
        return [
            _t("Median"),
            _t("90th percentile"),
            _t("Median, working"),
            _t("90th percentile, working"),
            _t("Never followed up"),
            _t("Attempts per lead"),
            _t("Promises kept"),
        ];
    }

    get scoring() {
        const { verdict, inflow, capacity, leads, won, needed } = this.state.data.scoring;
        const inflowText = _t(
            "%(inflow)s leads come in a working day; %(capacity)s can be answered.",
            { inflow: one(inflow), capacity: one(capacity) }
        );
        const dataText = _t(
            "In %(days)s days: %(leads)s leads and %(won)s won; a model needs %(neededLeads)s and %(neededWon)s (Salesforce's figures for Einstein).",
            { days: needed.days, leads, won, neededLeads: needed.leads, neededWon: needed.won }
        );
        const title = {
            call_all: _t("Scoring would not pay: call everyone"),
            too_few_data: _t(
                "More come than can be answered, but there are too few data to score them"
            ),
            pays: _t(
                "Scoring would pay: more come than can be answered, and there are data to learn from"
            ),
        }[verdict];
        return { title, inflowText, dataText };
    }
}

registry.category("actions").add("leadya_measures", Measures);
