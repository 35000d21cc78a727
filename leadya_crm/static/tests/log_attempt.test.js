import { beforeEach, expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { Deferred, animationFrame, mockDate } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    MockServer,
    contains,
    defineModels,
    mockService,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { Lead } from "./lead_test_helpers";

const CARD = `<kanban><templates><t t-name="card">
    <field name="name"/>
    <widget name="leadya_log_attempt" options="{'compact': True}"/>
</t></templates></kanban>`;

defineMailModels();
defineModels([Lead]);

beforeEach(() => {
    mockDate("2026-05-13 10:00:00", 0);
    Lead._records = [
        { id: 1, name: "Asked for a price", attempt_count: 0 },
        { id: 2, name: "Bought", won_status: "won" },
    ];
    mockService("notification", {
        add: (message) => expect.step(message.toString()),
    });
});

function logAttempts(result = "2026-05-14 09:30:00") {
    onRpc("crm.lead", "action_log_attempt", ({ args }) => {
        expect.step(args);
        MockServer.env["crm.lead"].write(args[0], { attempt_count: 1, last_outcome: args[1] });
        return [{ id: args[0][0], next_action_at: result }];
    });
}

test("one click on a card logs, tells what comes next, and opens nothing", async () => {
    logAttempts();
    await mountView({
        type: "kanban",
        resModel: "crm.lead",
        arch: CARD,
        selectRecord: () => expect.step("opened"),
    });
    // Nothing is tried any more on what was won.
    expect(".o_leadya_log_attempt").toHaveCount(1);
    await contains(".o_leadya_log_attempt button").click();
    expect(queryAllTexts(".dropdown-item[data-outcome]")).toEqual([
        "Reached",
        "No answer",
        "Left a message",
        "Wrong number",
        "Call me back…",
        "Not now…",
        "Not interested…",
    ]);
    await contains(".dropdown-item[data-outcome=no_answer]").click();
    expect.verifySteps([[[1], "no_answer"], "No answer. Next contact: tomorrow, 09:30"]);
    expect(".o_leadya_log_attempt button").toHaveText("1\nNo answer");
});

test("when all attempts are used up, somebody has to decide", async () => {
    logAttempts("2026-05-13 10:00:00");
    await mountView({ type: "kanban", resModel: "crm.lead", arch: CARD });
    await contains(".o_leadya_log_attempt button").click();
    await contains(".dropdown-item[data-outcome=left_message]").click();
    expect.verifySteps([
        [[1], "left_message"],
        "Left a message. No further attempt is due: decide how to go on.",
    ]);
});

test("an attempt on its way is not logged twice", async () => {
    const answer = new Deferred();
    onRpc("crm.lead", "action_log_attempt", async () => {
        expect.step("logged");
        await answer;
        return [{ id: 1, next_action_at: false }];
    });
    await mountView({ type: "kanban", resModel: "crm.lead", arch: CARD });
    await contains(".o_leadya_log_attempt button").click();
    await contains(".dropdown-item[data-outcome=reached]").click();
    expect(".o_leadya_log_attempt button").not.toBeEnabled();
    answer.resolve();
    await animationFrame();
    expect(".o_leadya_log_attempt button").toBeEnabled();
    expect.verifySteps(["logged", "Reached. No further attempt is due: decide how to go on."]);
});

test("the keyboard reaches every outcome", async () => {
    logAttempts();
    await mountView({ type: "kanban", resModel: "crm.lead", arch: CARD });
    await contains(".o_leadya_log_attempt button").focus();
    await press("Enter");
    await animationFrame();
    await press("ArrowDown");
    await animationFrame();
    await press("ArrowDown");
    await animationFrame();
    await press("Enter");
    await animationFrame();
    expect.verifySteps([[[1], "no_answer"], "No answer. Next contact: tomorrow, 09:30"]);
});

test("in the form what is typed is saved first", async () => {
    logAttempts();
    onRpc("web_save", ({ args }) => expect.step(args[1].name));
    await mountView({
        type: "form",
        resModel: "crm.lead",
        resId: 1,
        arch: `<form>
            <header><widget name="leadya_log_attempt"/></header>
            <sheet><field name="name"/></sheet>
        </form>`,
    });
    expect(".o_leadya_log_attempt button").toHaveAttribute("data-hotkey", "o");
    await contains(".o_field_widget[name=name] input").edit("Asked twice", { confirm: false });
    await contains(".o_leadya_log_attempt button").click();
    await contains(".dropdown-item[data-outcome=reached]").click();
    expect.verifySteps(["Asked twice", [[1], "reached"], "Reached. Next contact: tomorrow, 09:30"]);
});

test("what needs a time, a rest or a reason is asked in a dialog", async () => {
    mockService("action", {
        doActionButton: async ({ name, resId, args }) => expect.step(`${name} ${resId} ${args}`),
    });
    await mountView({ type: "kanban", resModel: "crm.lead", arch: CARD });
    for (const outcome of ["call_back", "not_now", "not_interested"]) {
        await contains(".o_leadya_log_attempt button").click();
        await contains(`.dropdown-item[data-outcome=${outcome}]`).click();
        expect.verifySteps([`action_open_attempt 1 ["${outcome}"]`]);
    }
});

test("the dialog closes the lead: nothing comes next, and nothing is offered any more", async () => {
    mockService("action", {
        doActionButton: async ({ onClose }) => {
            MockServer.env["crm.lead"].write([1], { attempt_count: 1, won_status: "won" });
            await onClose();
        },
    });
    await mountView({ type: "kanban", resModel: "crm.lead", arch: CARD });
    await contains(".o_leadya_log_attempt button").click();
    await contains(".dropdown-item[data-outcome=not_interested]").click();
    expect.verifySteps(["Not interested. The lead is closed."]);
    expect(".o_leadya_log_attempt").toHaveCount(0);
});
