import { beforeEach, expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { Deferred, animationFrame, mockDate, runAllTimers } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    makeMockEnv,
    makeServerError,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { getDefaultConfig } from "@web/views/view";
import { MyDay } from "@leadya_crm/my_day/my_day";
import { Lead } from "./lead_test_helpers";

defineMailModels();
defineModels([Lead]);

const OUTCOMES = [
    { value: "reached", label: "Reached", asks: "" },
    { value: "no_answer", label: "No answer", asks: "" },
    { value: "call_back", label: "Call me back", asks: "time" },
    { value: "not_now", label: "Not now", asks: "rest" },
];

function describe(id, name) {
    return {
        id,
        name,
        contact_name: name,
        phone: "+972525550101",
        sla_state: "running",
        sla_deadline: "2026-05-13 10:30:00",
        qualification_model: "bant",
        missing_information: "Budget",
        next_question: "What have you set aside?",
        criteria: [
            { id: 1, name: "Budget", state: "unknown" },
            { id: 7, name: "Champion", state: "failed" },
        ],
        history: [],
        protocol: [],
        offer: { attempt: 1, attempts: 6, means: "call", template: "", template_id: false },
        advice: "",
    };
}

let queue;
let isOnline;
let answer;

beforeEach(() => {
    mockDate("2026-05-13 10:00:00", 0);
    browser.localStorage.clear();
    queue = [describe(1, "Dana"), describe(2, "Noa")];
    isOnline = true;
    answer = null;
    mockService("notification", {
        add: (message, { title }) => expect.step(`${title}: ${message}`),
    });
    const progress = () => ({
        done: 2 - queue.length,
        left: { new: queue.length, due: 0, unanswered: 0, nurture: 0 },
    });
    onRpc("crm.lead", "leadya_queue_outcomes", () => OUTCOMES);
    onRpc("crm.lead", "leadya_queue_progress", () => progress());
    onRpc("crm.lost.reason", "search_read", () => []);
    onRpc("crm.lead", "leadya_queue_next", ({ args }) => {
        if (!isOnline) {
            return new Response("", { status: 502 });
        }
        const lead = queue.find(({ id }) => !args[0].includes(id));
        return { lead: lead || false, section: lead ? "new" : false, progress: progress() };
    });
    onRpc("crm.lead", "leadya_queue_log", async ({ args, kwargs }) => {
        await answer;
        if (!isOnline) {
            return new Response("", { status: 502 });
        }
        expect.step([args[0][0], args[1], kwargs.call_back_at || kwargs.rest_months || ""]);
        queue = queue.filter(({ id }) => id !== args[0][0]);
        return [{ id: args[0][0], next_action_at: false }];
    });
});

async function mountMyDay() {
    await makeMockEnv({ config: getDefaultConfig() });
    await mountWithCleanup(MyDay, { props: { action: {}, actionId: 1 } });
}

test("one key logs, and the next lead is there", async () => {
    await mountMyDay();
    expect(".o_leadya_lead h2").toHaveText("Dana");
    await press("n", { code: "KeyN" });
    await animationFrame();
    expect(".o_leadya_lead h2").toHaveText("Noa");
    await animationFrame();
    expect.verifySteps([[1, "no_answer", ""], "Dana: No answer"]);
});

test("keys work in any keyboard layout, and not while one types", async () => {
    await mountMyDay();
    await contains("textarea").edit("נונ", { confirm: false });
    await press("מ", { code: "KeyN" });
    await animationFrame();
    expect.verifySteps([]);
    await press("Escape", { code: "Escape" });
    await press("מ", { code: "KeyN" });
    await animationFrame();
    await animationFrame();
    expect.verifySteps([[1, "no_answer", ""], "Dana: No answer"]);
});

test("a time is chosen by one key more", async () => {
    await mountMyDay();
    await press("c", { code: "KeyC" });
    await animationFrame();
    expect(queryAllTexts(".o_leadya_question [data-choice]")).toHaveLength(6);
    await press("3", { code: "Digit3" });
    await animationFrame();
    await animationFrame();
    expect.verifySteps([[1, "call_back", "2026-05-14 14:30:00"], "Dana: Call me back"]);
});

test("an outcome survives a lost connection, and is sent when it is back", async () => {
    await mountMyDay();
    isOnline = false;
    await press("r", { code: "KeyR" });
    await animationFrame();
    expect(".o_leadya_lead h2").toHaveText("Noa");
    expect(".alert-warning").toHaveText(/1 outcome is kept here/);
    expect.verifySteps([]);
    isOnline = true;
    await runAllTimers();
    await animationFrame();
    expect.verifySteps([[1, "reached", ""], "Dana: Reached"]);
    expect(".alert-warning").toHaveCount(0);
});

test("what is logged while the last one is on its way follows it", async () => {
    answer = new Deferred();
    await mountMyDay();
    await press("n", { code: "KeyN" });
    await animationFrame();
    await press("r", { code: "KeyR" });
    await animationFrame();
    expect.verifySteps([]);
    answer.resolve();
    await animationFrame();
    await animationFrame();
    expect.verifySteps([
        [1, "no_answer", ""],
        "Dana: No answer",
        [2, "reached", ""],
        "Noa: Reached",
    ]);
    expect(".o_leadya_done").toHaveText("2 done, 0 left");
});

test("a lead that is not ripe rests by two keys; one of the pool by one", async () => {
    queue[1].nurture_every_months = 3;
    await mountMyDay();
    await press("l", { code: "KeyL" });
    await animationFrame();
    expect(queryAllTexts(".o_leadya_question [data-choice] .d-block:first-child")).toEqual([
        "in 1 month",
        "in 3 months",
        "in 6 months",
    ]);
    await press("3", { code: "Digit3" });
    await animationFrame();
    await animationFrame();
    await press("l", { code: "KeyL" });
    await animationFrame();
    await animationFrame();
    expect.verifySteps([[1, "not_now", 6], "Dana: Not now", [2, "not_now", ""], "Noa: Not now"]);
});

test("what the server refuses is told, and does not keep the others", async () => {
    onRpc("crm.lead", "leadya_queue_log", ({ args }) => {
        if (args[0][0] === 1) {
            throw makeServerError({ message: "A colleague is on Dana." });
        }
    });
    await mountMyDay();
    await press("n", { code: "KeyN" });
    await animationFrame();
    await animationFrame();
    await press("n", { code: "KeyN" });
    await animationFrame();
    await animationFrame();
    expect.verifySteps([
        "Not logged: Dana: A colleague is on Dana.",
        [2, "no_answer", ""],
        "Noa: No answer",
    ]);
});

test("the timeline tells all in one order, as text", async () => {
    queue[0].history = [
        {
            id: "attempt-1",
            kind: "attempt",
            name: "no_answer",
            at: "2026-05-12 09:00:00",
            label: "No answer",
            text: "",
            user: "Maya",
        },
        {
            id: "mail-1",
            kind: "mail",
            name: "inbound",
            at: "2026-05-11 09:00:00",
            label: "Price",
            text: "<b>Hi</b>",
            user: "",
        },
    ];
    await mountMyDay();
    expect(queryAllTexts(".o_leadya_timeline li")).toEqual([
        "No answer\nyesterday, 09:00\nMaya",
        "Price\n05/11/2026, 09:00\n<b>Hi</b>",
    ]);
});

test("the stage's protocol is ticked on the spot", async () => {
    const point = {
        id: 7,
        name: "Send the data sheet",
        note: "For the size asked for",
        kind: "document",
        done: false,
        by_hand: true,
    };
    queue[0].protocol = [point];
    onRpc("crm.lead", "leadya_protocol_tick", ({ args }) => {
        expect.step(args);
        return [{ ...point, done: "Maya", done_at: "2026-05-13 10:00:00" }];
    });
    await mountMyDay();
    expect(".o_leadya_protocol input").not.toBeChecked();
    await contains(".o_leadya_protocol input").click();
    expect.verifySteps([[[1], 7, true]]);
    expect(".o_leadya_protocol input").toBeChecked();
    expect(".o_leadya_protocol").toHaveText(/Maya/);
});

test("without a connection and without a next lead nothing is logged twice", async () => {
    await mountMyDay();
    isOnline = false;
    await press("n", { code: "KeyN" });
    await animationFrame();
    await press("b", { code: "KeyR" });
    await animationFrame();
    await animationFrame();
    expect(".o_leadya_offline").toHaveCount(1);
    expect(".o_leadya_lead").toHaveCount(0);
    await press("m", { code: "KeyN" });
    await animationFrame();
    expect(".alert-warning").toHaveText(/2 outcomes are kept here/);
    isOnline = true;
    queue.push(describe(3, "Igor"));
    await runAllTimers();
    await animationFrame();
    await animationFrame();
    expect.verifySteps([
        [1, "no_answer", ""],
        "Dana: No answer",
        [2, "reached", ""],
        "Noa: Reached",
    ]);
    expect(".o_leadya_lead h2").toHaveText("Igor");
});

test("WhatsApp opens with the step's text, and what comes of it was said by that means", async () => {
    queue = [describe(1, "Dana")];
    Object.assign(queue[0].offer, { means: "whatsapp", message: "Hello & welcome", sms: true });
    onRpc("crm.lead", "action_compose_step_sms", () => {
        expect.step("sms");
        return { type: "ir.actions.act_window_close" };
    });
    onRpc("crm.lead", "leadya_queue_log", ({ kwargs }) => {
        expect.step(kwargs.means);
        return [{ id: 1, next_action_at: false }];
    });
    await mountMyDay();
    expect("a[name=whatsapp]").toHaveClass("btn-primary");
    expect("a[name=dial]").toHaveClass("btn-secondary");
    expect("a[name=whatsapp]").toHaveAttribute(
        "href",
        "https://wa.me/972525550101?text=Hello%20%26%20welcome"
    );
    await press("x", { code: "KeyX" });
    await animationFrame();
    expect.verifySteps(["sms"]);
    document
        .querySelector("a[name=whatsapp]")
        .addEventListener("click", (ev) => ev.preventDefault());
    await press("a", { code: "KeyA" });
    await press("n", { code: "KeyN" });
    await animationFrame();
    await animationFrame();
    expect.verifySteps(["whatsapp", "Dana: No answer"]);
});

test("a digit sets a criterion during the call, and the next question follows", async () => {
    onRpc("crm.lead", "leadya_queue_qualify", ({ args: [ids, id, state] }) => {
        expect.step([ids[0], id, state]);
        return {
            criteria: [{ id, name: "Budget", state }],
            next_question: "Who decides?",
            contradictions: ["That does not go together."],
        };
    });
    await mountMyDay();
    expect(".o_leadya_ask_next b").toHaveText("What have you set aside?");
    await press("1", { code: "Digit1" });
    await animationFrame();
    expect.verifySteps([[1, 1, "open"]]);
    expect(".o_leadya_criteria [data-criterion='1']").toHaveAttribute("data-state", "open");
    expect(".o_leadya_ask_next b").toHaveText("Who decides?");
    expect(".alert-warning").toHaveText("That does not go together.");
    await press("1", { code: "Digit1", shiftKey: true });
    expect.verifySteps([[1, 1, "unknown"]]);
});
