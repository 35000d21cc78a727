import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat } from "@web/core/utils/numbers";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const percent = (share) => _t("%s %", formatFloat(100 * share, { digits: [16, 0] }));

/** How far enquiries come, beside 8-4-2-1: of eight four are relevant and meet, two get a quote, one closes. */
export class Funnel extends Component {
    static template = "leadya_crm.Funnel";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ days: 90, groupBy: "team_id", data: null });
        onWillStart(() => this.load());
    }

    async load() {
        const { days, groupBy } = this.state;
        this.state.data = await this.orm.call("leadya.funnel", "get_funnel", [days, groupBy]);
    }

    get spans() {
        return [30, 90, 180, 365, 730].map((days) => ({ days, label: _t("Last %s days", days) }));
    }

    get groupings() {
        return [
            { name: "team_id", label: _t("Sales Team") },
            { name: "user_id", label: _t("Salesperson") },
            { name: "source_id", label: _t("Source") },
            { name: "keyword_id", label: _t("Keyword") },
            { name: "channel_id", label: _t("Channel") },
            { name: "campaign_id", label: _t("Campaign") },
            { name: "niche_id", label: _t("Market niche") },
        ];
    }

    get steps() {
        return [
            { name: "leads", label: _t("Enquiries") },
            { name: "relevant", label: _t("Relevant and met") },
            { name: "quoted", label: _t("Quoted") },
            { name: "won", label: _t("Won") },
        ];
    }

    /** The steps of all leads as bars, each with where the benchmark stands. */
    get bars() {
        const { total, benchmark } = this.state.data;
        return this.steps.map(({ name, label }) => {
            const share = total.leads ? total[name] / total.leads : 0;
            return {
                name,
                label,
                count: total[name],
                width: `${(100 * share).toFixed(1)}%`,
                mark: `${(100 * benchmark[name]).toFixed(1)}%`,
                text: percent(share),
                benchmark: _t("8-4-2-1: %s", percent(benchmark[name])),
                look: this.lookOf(name, share),
            };
        });
    }

    /** Better or worse than the benchmark: an icon and a word, not the colour alone. */
    lookOf(name, share) {
        if (name === "leads") {
            return null;
        }
        return share >= this.state.data.benchmark[name]
            ? { icon: "fa-check-circle text-success", label: _t("better") }
            : { icon: "fa-exclamation-triangle text-warning", label: _t("worse") };
    }

    get rows() {
        return this.state.data.groups.map((group) => ({
            ...group,
            id: `${group.key}`,
            cells: this.steps.map(({ name }) => {
                const share = group[name] / group.leads;
                return {
                    name,
                    count: group[name],
                    text: name === "leads" ? "" : percent(share),
                    look: this.lookOf(name, share),
                };
            }),
        }));
    }
}

registry.category("actions").add("leadya_funnel", Funnel);
