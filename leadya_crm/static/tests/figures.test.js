import { KeywordsScreen, SourcesScreen } from "@leadya_crm/figures/figures_screen";
import { formatFigure, getColumns } from "@leadya_crm/figures/columns";
import { spanOf } from "@leadya_crm/figures/periods";
import { SparkLine } from "@leadya_crm/figures/spark_line";
import { expect, getFixture, test } from "@odoo/hoot";
import { animationFrame, mockDate, runAllTimers } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { getDefaultConfig } from "@web/views/view";
import {
    contains,
    defineModels,
    fields,
    makeMockEnv,
    mockService,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";

// Proves L12 and L13: what marketers and reps see of keywords and sources.

const ROW = {
    key: 7,
    name: "[boiler]",
    detail: "google · Heating",
    verdict: "stop",
    reason: "214 spent, 9 leads, none fit in 60 days; the account's rate is 31 %",
    impressions: 1000,
    clicks: 50,
    cost: 214,
    leads: 9,
    fit: 0,
    qualified: 0,
    meetings: 0,
    quotes: 0,
    won: 0,
    revenue: 0,
    median: 95,
    return: null,
    money_at_risk: 30.5,
    cost_per_lead: 23.8,
    spark: [0, 3, 6],
};

class Figures extends models.Model {
    _name = "leadya.attribution.figures";
    name = fields.Char();
}
defineMailModels();
defineModels([Figures]);

const ACTION = { action: { id: 1, tag: "leadya_keywords_screen", type: "ir.actions.client" } };

/** Mount a screen upon answers of the server; what it is asked for is verified by steps. */
async function mountScreen(
    Screen,
    { hasMoney = true, rows = [ROW], count = rows.length, isManager = true } = {}
) {
    onRpc("leadya.attribution.figures", "get_choices", () => ({
        models: [
            { id: "last", name: "Last touch" },
            { id: "linear", name: "Linear" },
        ],
        model: "last",
        niches: [{ id: 3, name: "Hotels" }],
        teams: [],
        has_money: hasMoney,
        is_manager: isManager,
    }));
    onRpc("leadya.attribution.figures", "get_figures", ({ args: [options] }) => {
        const { dimension, model, niche_id: niche, order, descending, search } = options;
        expect.step([dimension, model, niche, order, descending, search].join("|"));
        return {
            rows,
            total: { ...ROW, key: 0 },
            count,
            currency_id: 1,
            has_money: hasMoney,
            shared: false,
        };
    });
    await makeMockEnv({ config: getDefaultConfig() });
    await mountWithCleanup(Screen, { props: ACTION });
}

test("a marketer sees money, verdict and reason", async () => {
    await mountScreen(KeywordsScreen);
    expect.verifySteps(["keyword|last|0||true|"]);
    expect(".badge[data-verdict=stop] i.fa-stop-circle").toHaveCount(1);
    expect(".badge[data-verdict=stop]").toHaveText("Stop");
    expect("tbody .o_leadya_reason").toHaveText(/none fit in 60 days/);
    expect("tbody td[name=cost]").toHaveText(/214/);
    expect("tbody td[name=return]").toHaveText("–");
    expect("tbody svg.o_leadya_spark").toHaveAttribute(
        "aria-label",
        "Leads by week: 6 at most, 6 in the last one"
    );
});

test("a rep sees the keyword, not the money", async () => {
    await mountScreen(KeywordsScreen, { hasMoney: false });
    expect.verifySteps(["keyword|last|0||true|"]);
    expect("tbody td[name=leads]").toHaveText("9");
    expect("td[name=cost], td[name=revenue], td[name=money_at_risk], td[name=clicks]").toHaveCount(
        0
    );
    expect(".o_leadya_toggle_chart").toHaveCount(0);
    expect(getFixture()).toHaveText(/shown to marketing and managers/);
});

test("sort, filter and search ask the server anew", async () => {
    await mountScreen(KeywordsScreen);
    await contains("th button[data-order=leads]").click();
    expect("th:has([data-order=leads])").toHaveAttribute("aria-sort", "descending");
    await contains("th button[data-order=leads]").click();
    expect("th:has([data-order=leads])").toHaveAttribute("aria-sort", "ascending");
    await contains("th button[data-order=name]").click();
    await contains("select[name=model]").select("linear");
    await contains("select[name=niche]").select("3");
    await contains("input[name=search]").edit("boil");
    await runAllTimers();
    expect.verifySteps([
        "keyword|last|0||true|",
        "keyword|last|0|leads|true|",
        "keyword|last|0|leads|false|",
        "keyword|last|0|name|false|",
        "keyword|linear|0|name|false|",
        "keyword|linear|3|name|false|",
        "keyword|linear|3|name|false|boil",
    ]);
});

test("sources are split by another dimension", async () => {
    await mountScreen(SourcesScreen);
    expect(".o_leadya_reason").toHaveCount(0);
    await contains("select[name=dimension]").select("landing");
    expect.verifySteps(["channel|last|0||true|", "landing|last|0||true|"]);
});

test("all costs on demand", async () => {
    await mountScreen(KeywordsScreen);
    expect("th [data-order=cost_per_click]").toHaveCount(0);
    await contains(".o_leadya_toggle_details").click();
    expect("th [data-order=cost_per_click]").toHaveCount(1);
    expect(".o_leadya_toggle_details").toHaveAttribute("aria-pressed", "true");
    expect.verifySteps(["keyword|last|0||true|"]);
});

test("the leads behind a row are a key away", async () => {
    mockService("action", {
        doAction: (action) => expect.step(`open ${action.name}`),
    });
    onRpc("leadya.attribution.figures", "action_view_leads", ({ args: [options, key] }) => {
        expect.step(`${options.dimension} ${key}`);
        return { type: "ir.actions.act_window", name: "boiler" };
    });
    await mountScreen(KeywordsScreen);
    await contains(".o_leadya_open_leads").press("Enter");
    await animationFrame();
    expect.verifySteps(["keyword|last|0||true|", "keyword 7", "open boiler"]);
});

test("an empty screen says how to begin", async () => {
    await mountScreen(KeywordsScreen, { rows: [] });
    expect(".o_leadya_load_costs").toHaveText("Load Costs");
    await contains("select[name=period]").select("last_30_days");
    expect(".o_nocontent_help").toHaveText(/Choose a longer period/);
    expect.verifySteps(["keyword|last|0||true|", "keyword|last|0||true|"]);
});

test("spans of days", () => {
    mockDate("2026-05-13 10:00:00");
    expect(spanOf("last_90_days")).toEqual({ date_from: "2026-02-13", date_to: "2026-05-13" });
    expect(spanOf("last_month")).toEqual({ date_from: "2026-04-01", date_to: "2026-04-30" });
    expect(spanOf("last_quarter")).toEqual({ date_from: "2026-01-01", date_to: "2026-03-31" });
    expect(spanOf("this_quarter")).toEqual({ date_from: "2026-04-01", date_to: "2026-05-13" });
});

test("what is not known is a dash, what is nothing is nought", () => {
    const leads = getColumns().find(({ name }) => name === "leads");
    expect(formatFigure(leads, null, 1)).toBe("–");
    expect(formatFigure(leads, 0, 1)).toBe("0");
    expect(formatFigure(leads, 1.4, 1)).toBe("1.4");
});

test("one point is a level line", async () => {
    await mountWithCleanup(SparkLine, { props: { values: [4] } });
    expect("polyline").toHaveAttribute("points", "0.0,1.0 80.0,1.0");
});
