import { expect, test } from "@odoo/hoot";
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
    expect(".o_leadya_bant button").toHaveCount(0);
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
