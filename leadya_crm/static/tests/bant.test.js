import { beforeEach, expect, test } from "@odoo/hoot";
import { press, queryAllAttributes } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { Lead } from "./lead_test_helpers";

const FORM = `<form><sheet>
    <field name="qualification_score" widget="leadya_bant" options="{'editable': True}"/>
</sheet></form>`;

defineMailModels();
defineModels([Lead]);

const criterion = (id, field, name, state, values = {}) => ({
    id,
    field,
    name,
    state,
    state_label: state,
    question: `${name}?`,
    confirmed_by: "",
    points: 20,
    most: 20,
    aged: false,
    answers: [],
    answer_count: 0,
    ...values,
});

const ANSWER = {
    id: 5,
    state: "confirmed",
    note: "They <b>said</b> so",
    user: "Maya",
    date: "2026-05-01 10:00:00",
    is_current: true,
    message_id: false,
    documents: [{ id: 9, name: "offer.pdf" }],
};

let details;

beforeEach(() => {
    details = [
        criterion(1, "bant_budget", "Budget", "confirmed", { aged: true, answers: [ANSWER] }),
        criterion(2, "bant_authority", "Authority", "open", { points: 8 }),
        criterion(3, "bant_need", "Need", "failed", { points: 0 }),
        criterion(4, "bant_timeframe", "Timeframe", "unknown", { points: 0 }),
        criterion(7, false, "Champion", "unknown", { points: 0 }),
    ];
    onRpc("crm.lead", "leadya_qualification", () => ({
        score: 28,
        criteria: details,
        contradictions: ["The decision was expected long ago."],
        age_days: 90,
        may_write: true,
    }));
});

function setRecord(values) {
    Lead._records = [
        {
            id: 1,
            qualification_model: "bant",
            bant_budget: "confirmed",
            bant_authority: "open",
            bant_need: "failed",
            bant_timeframe: "unknown",
            qualification_score: 35,
            ...values,
        },
    ];
}

async function mountCard() {
    await mountView({
        type: "kanban",
        resModel: "crm.lead",
        arch: `<kanban><templates><t t-name="card">
            <field name="qualification_score" widget="leadya_bant"/>
        </t></templates></kanban>`,
    });
}

test("the card shows four lights by letter, icon and words, and the score", async () => {
    setRecord();
    await mountCard();
    expect(queryAllAttributes(".o_leadya_light", "title")).toEqual([
        "Budget: Confirmed",
        "Authority: Open",
        "Need: Failed",
        "Timeframe: Unknown",
    ]);
    expect(".o_leadya_light").toHaveText(/^[BANT]$/);
    expect(".o_leadya_light:eq(0) .fa-check").toHaveCount(1);
    expect(".o_leadya_light:eq(2) .fa-times").toHaveCount(1);
    expect(".o_leadya_gauge").toHaveText("35%");
    expect(".o_leadya_bant [role=radio]").toHaveCount(0);
});

test("the short model asks for need, timeframe and money", async () => {
    setRecord({ qualification_model: "ntm" });
    await mountCard();
    expect(queryAllAttributes(".o_leadya_light", "title")).toEqual([
        "Need: Failed",
        "Timeframe: Unknown",
        "Budget: Confirmed",
    ]);
});

test("a criterion is set by a click", async () => {
    setRecord();
    onRpc("web_save", ({ args }) => expect.step(args[1]));
    await mountView({ type: "form", resModel: "crm.lead", resId: 1, arch: FORM });
    await contains("[data-criterion=bant_need] [data-state=confirmed]").click();
    expect("[data-criterion=bant_need] [aria-checked=true]").toHaveAttribute(
        "data-state",
        "confirmed"
    );
    await contains(".o_form_button_save").click();
    expect.verifySteps([{ bant_need: "confirmed" }]);
});

test("criteria are set by the arrow keys", async () => {
    setRecord();
    onRpc("web_save", ({ args }) => expect.step(args[1]));
    await mountView({ type: "form", resModel: "crm.lead", resId: 1, arch: FORM });
    await contains("[data-criterion=bant_budget] [aria-checked=true]").focus();
    await press("ArrowDown");
    expect("[data-criterion=bant_authority] [data-state=open]").toBeFocused();
    await press("ArrowRight");
    await animationFrame();
    expect("[data-criterion=bant_authority] [data-state=confirmed]").toBeFocused();
    await press("ArrowUp");
    await press("ArrowLeft");
    await animationFrame();
    expect("[data-criterion=bant_budget] [data-state=open]").toBeFocused();
    await contains(".o_form_button_save").click();
    expect.verifySteps([{ bant_budget: "open", bant_authority: "confirmed" }]);
});

test("the card tells how the score comes about, and does not open", async () => {
    setRecord();
    await mountCard();
    await contains(".o_leadya_bant").click();
    expect(".o_leadya_score_popover tbody tr").toHaveCount(5);
    expect(".o_leadya_score_popover [data-criterion=bant_authority] td:last").toHaveText("8 / 20");
    expect(".o_leadya_score_popover [data-criterion=bant_budget]").toHaveText(/Maya/);
    expect(".o_leadya_score_popover [data-criterion=bant_budget] .badge").toHaveText("Ask again");
    expect(".o_leadya_score_popover .o_leadya_total").toHaveText("28%");
    expect(".o_leadya_score_popover .alert").toHaveText("The decision was expected long ago.");
    expect(".o_leadya_score_popover b:contains(said)").toHaveCount(0);
});

test("an added criterion is set and saved as the others are", async () => {
    setRecord({ criterion_states: { 7: "open", 8: "failed" } });
    onRpc("web_save", ({ args }) => expect.step(args[1]));
    await mountView({ type: "form", resModel: "crm.lead", resId: 1, arch: FORM });
    expect("[data-criterion=criterion_7] [aria-checked=true]").toHaveAttribute(
        "data-state",
        "open"
    );
    await contains("[data-criterion=criterion_7] [data-state=confirmed]").click();
    await contains(".o_form_button_save").click();
    expect.verifySteps([{ criterion_states: { 7: "confirmed", 8: "failed" } }]);
});

test("digits set a state, and the evidence is shown", async () => {
    setRecord();
    await mountView({ type: "form", resModel: "crm.lead", resId: 1, arch: FORM });
    expect("[data-criterion=bant_budget] .o_leadya_evidence").toHaveText(/They <b>said<\/b> so/);
    expect("[data-criterion=bant_budget] a").toHaveAttribute(
        "href",
        "/web/content/9?download=true"
    );
    expect("[data-criterion=bant_timeframe] .o_leadya_evidence").toHaveText("Timeframe?");
    await contains("[data-criterion=bant_timeframe] [aria-checked=true]").focus();
    await press("3");
    await animationFrame();
    expect("[data-criterion=bant_timeframe] [data-state=confirmed]").toBeFocused();
    expect("[data-criterion=bant_timeframe] [data-state=confirmed]").toHaveAttribute(
        "aria-checked",
        "true"
    );
});

test("an aged confirmation is renewed by one click", async () => {
    setRecord();
    onRpc("crm.lead", "leadya_answer", ({ args }) => {
        expect.step(args);
        details[0].aged = false;
        return {};
    });
    await mountView({ type: "form", resModel: "crm.lead", resId: 1, arch: FORM });
    await contains("[data-criterion=bant_budget] [name=renew]").click();
    expect.verifySteps([[[1], 1, "confirmed"]]);
    expect("[data-criterion=bant_budget] [name=renew]").toHaveCount(0);
});
