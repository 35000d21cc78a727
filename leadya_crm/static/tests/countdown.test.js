import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, mockDate } from "@odoo/hoot-mock";
import { describePromise, formatSpan } from "@leadya_crm/countdown/promise";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, makeMockEnv, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { Lead } from "./lead_test_helpers";

const { DateTime } = luxon;
const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;

defineMailModels();
defineModels([Lead]);

function textOf(state, left) {
    const now = DateTime.utc(2026, 5, 13, 10);
    const promise = describePromise(state, now.plus(left), now.toMillis());
    return promise && promise.text.toString();
}

test("a span is told in its two largest units", async () => {
    await makeMockEnv();
    const spans = [
        [0, "less than a minute"],
        [59 * 1000, "less than a minute"],
        [MINUTE, "1 min"],
        [12 * MINUTE + 30 * 1000, "12 min"],
        [2 * HOUR, "2 h"],
        [2 * HOUR + 5 * MINUTE, "2 h 5 min"],
        [24 * HOUR, "1 d"],
        [50 * HOUR + 59 * MINUTE, "2 d 2 h"],
    ];
    for (const [milliseconds, text] of spans) {
        expect(formatSpan(milliseconds).toString()).toBe(text);
    }
});

test("a promise tells the time that is left, or how late it is", async () => {
    await makeMockEnv();
    expect(textOf("running", 12 * MINUTE)).toBe("12 min left");
    expect(textOf("at_risk", 2 * HOUR + 5 * MINUTE)).toBe("2 h 5 min left");
    expect(textOf("breached", -3 * HOUR)).toBe("late by 3 h");
    expect(textOf("met", -HOUR)).toBe("Kept");
    expect(textOf("met_late", -HOUR)).toBe("Kept late");
    expect(textOf("paused", HOUR)).toBe("Paused");
    expect(textOf("cancelled", HOUR)).toBe(null);
    expect(textOf(false, HOUR)).toBe(null);
});

test("what is late is late before the server has noticed", async () => {
    await makeMockEnv();
    expect(textOf("running", -MINUTE)).toBe("late by 1 min");
    expect(textOf("at_risk", 0)).toBe("late by less than a minute");
    // The deadline was moved ahead, the state has not followed yet.
    expect(textOf("breached", MINUTE)).toBe("1 min left");
});

test("all cards run on one timer, and ask nothing of the server", async () => {
    mockDate("2026-05-13 10:00:00", 0);
    Lead._records = [
        { id: 1, sla_state: "running", sla_deadline: "2026-05-13 10:02:30" },
        { id: 2, sla_state: "at_risk", sla_deadline: "2026-05-13 11:30:30" },
        { id: 3, sla_state: "met", sla_deadline: false },
        { id: 4, sla_state: false, sla_deadline: false },
    ];
    onRpc("web_search_read", () => expect.step("web_search_read"));
    await mountView({
        type: "kanban",
        resModel: "crm.lead",
        arch: `<kanban><templates><t t-name="card">
            <field name="sla_deadline" widget="leadya_countdown"/>
        </t></templates></kanban>`,
    });
    expect.verifySteps(["web_search_read"]);
    expect(queryAllTexts(".o_leadya_countdown")).toEqual(["2 min left", "1 h 30 min left", "Kept"]);
    expect(".o_leadya_countdown:first").toHaveAttribute("data-state", "running");

    await advanceTime(100 * 1000);
    await animationFrame();
    expect(queryAllTexts(".o_leadya_countdown")).toEqual([
        "less than a minute left",
        "1 h 28 min left",
        "Kept",
    ]);

    await advanceTime(2 * MINUTE);
    await animationFrame();
    expect(queryAllTexts(".o_leadya_countdown")[0]).toBe("late by 1 min");
    expect(".o_leadya_countdown:first").toHaveAttribute("data-state", "breached");
    expect(".o_leadya_countdown:first").toHaveClass("text-danger");
    expect(".o_leadya_countdown:first .fa-exclamation-circle").toHaveCount(1);
    expect.verifySteps([]);
});
