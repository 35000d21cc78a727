import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Pager } from "@web/core/pager/pager";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { BubbleChart } from "./bubble_chart";
import { formatFigure, getColumns, getVerdicts } from "./columns";
import { getPeriods, spanOf } from "./periods";
import { SparkLine } from "./spark_line";

const MODEL = "leadya.attribution.figures";
const PAGE = 80;

/**
 * Figures of marketing, one row a keyword, channel, page …: what it cost, what it brought, and what to do.
 *
 * Which columns there are is the server's to say: whoever may not see money is sent none.
 */
export class FiguresScreen extends Component {
    static template = "leadya_crm.FiguresScreen";
    static components = { BubbleChart, Layout, Pager, SparkLine };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.verdicts = getVerdicts();
        this.search = useDebounced((ev) => this.change({ search: ev.target.value }), 300);
        this.state = useState({
            ...this.defaults,
            ...this.props.state?.figures,
            data: null,
            choices: null,
        });
        useSetupAction({ getLocalState: () => ({ figures: this.chosen }) });
        onWillStart(async () => {
            this.state.choices = await this.orm.call(MODEL, "get_choices", []);
            this.state.model ||= this.state.choices.model;
            await this.load();
        });
    }

    get defaults() {
        return {
            dimension: this.dimensions[0].name,
            period: "last_90_days",
            dateFrom: "",
            dateTo: "",
            model: "",
            nicheId: 0,
            teamId: 0,
            search: "",
            order: "",
            descending: true,
            offset: 0,
            hasDetails: false,
            hasChart: false,
        };
    }

    /** What was chosen, for whoever comes back by the breadcrumbs. */
    get chosen() {
        const names = Object.keys(this.defaults);
        return Object.fromEntries(names.map((name) => [name, this.state[name]]));
    }

    // ------------------------------------------------------------
    // Loading
    // ------------------------------------------------------------

    get options() {
        const { dimension, period, dateFrom, dateTo, model, nicheId, teamId, search, order } =
            this.state;
        const span =
            period === "custom" ? { date_from: dateFrom, date_to: dateTo } : spanOf(period);
        return {
            ...span,
            dimension,
            model,
            search,
            niche_id: nicheId,
            team_id: teamId,
            order,
            descending: this.state.descending,
            offset: this.state.offset,
            limit: PAGE,
        };
    }

    async load() {
        const call = this.orm.call(MODEL, "get_figures", [this.options]);
        this.state.data = await this.keepLast.add(call);
    }

    /** Change what is asked for; the first page of it is shown. */
    async change(values) {
        Object.assign(this.state, { offset: 0 }, values);
        await this.load();
    }

    async onPeriodChange(ev) {
        const period = ev.target.value;
        const { date_from, date_to } = period === "custom" ? this.options : {};
        await this.change({
            period,
            ...(period === "custom" && { dateFrom: date_from, dateTo: date_to }),
        });
    }

    async onDayChange(name, ev) {
        if (ev.target.value) {
            await this.change({ [name]: ev.target.value });
        }
    }

    async onChoose(name, ev) {
        await this.change({ [name]: Number(ev.target.value) });
    }

    async sort(name) {
        const isSame = this.shownOrder === name;
        await this.change({
            order: name,
            descending: isSame ? !this.state.descending : name !== "name",
        });
    }

    async onPage({ offset }) {
        this.state.offset = offset;
        await this.load();
    }

    // ------------------------------------------------------------
    // Shown
    // ------------------------------------------------------------

    get periods() {
        return getPeriods();
    }

    get shownOrder() {
        return this.state.order || (this.state.data.has_money ? "cost" : "leads");
    }

    get columns() {
        const { has_money: hasMoney } = this.state.data;
        return getColumns().filter(
            ({ isMoney, isDetail }) =>
                (hasMoney || !isMoney) && (this.state.hasDetails || !isDetail)
        );
    }

    get isEmpty() {
        const { rows, count } = this.state.data;
        return !rows.length && !count && !this.state.search;
    }

    get hasFilters() {
        return Boolean(
            this.state.nicheId || this.state.teamId || this.state.period !== "last_90_days"
        );
    }

    get hasVerdicts() {
        return this.state.dimension === "keyword";
    }

    get notes() {
        const notes = [];
        if (this.state.data.shared) {
            notes.push(
                _t(
                    "Costs are shared in equal parts by the leads that they met: by keyword, else by campaign, else by channel."
                )
            );
        }
        if (!this.state.data.has_money) {
            notes.push(_t("Costs and revenue are shown to marketing and managers."));
        }
        return notes;
    }

    ariaSort(name) {
        if (this.shownOrder !== name) {
            return "none";
        }
        return this.state.descending ? "descending" : "ascending";
    }

    format(column, row) {
        return formatFigure(column, row[column.name], this.state.data.currency_id);
    }

    // ------------------------------------------------------------
    // Further
    // ------------------------------------------------------------

    async openLeads(row) {
        this.action.doAction(
            await this.orm.call(MODEL, "action_view_leads", [this.options, row.key])
        );
    }

    openKeyword(row) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "leadya.keyword",
            res_id: row.key,
            views: [[false, "form"]],
        });
    }

    openAction(name) {
        this.action.doAction(`leadya_crm.${name}`);
    }
}

export class KeywordsScreen extends FiguresScreen {
    get dimensions() {
        return [{ name: "keyword", label: _t("Keyword") }];
    }
}

export class SourcesScreen extends FiguresScreen {
    get dimensions() {
        return [
            { name: "channel", label: _t("Channel") },
            { name: "source", label: _t("Source") },
            { name: "campaign", label: _t("Campaign") },
            { name: "site", label: _t("Site") },
            { name: "landing", label: _t("Landing page") },
            { name: "niche", label: _t("Market niche") },
        ];
    }
}

registry.category("lazy_components").add("LeadyaKeywordsScreen", KeywordsScreen);
registry.category("lazy_components").add("LeadyaSourcesScreen", SourcesScreen);
