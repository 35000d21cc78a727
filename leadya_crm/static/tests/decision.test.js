import { beforeEach, expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    makeDialogMockEnv,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { DecisionGuide } from "@leadya_crm/decision/decision_guide";

defineMailModels();

let guide;

function question(key, kind, values = {}) {
    return {
        key,
        kind,
        label: key,
        question: `${key}?`,
        hint: "",
        choices: [],
        value: false,
        known: false,
        ...values,
    };
}

const CHOICES = [
    { value: "yes", label: "Yes" },
    { value: "no", label: "No" },
];

beforeEach(() => {
    guide = {
        questions: [
            question("presentation", "choice", { choices: CHOICES }),
            question("suppliers", "number"),
            question("thresholds", "choice", { choices: CHOICES }),
        ],
        thresholds: [],
        documents: [],
    };
    const answered = () => {
        const open = guide.questions.find(({ known }) => !known);
        return JSON.parse(JSON.stringify({ ...guide, next: open ? open.key : false }));
    };
    onRpc("crm.lead", "leadya_decision_guide", answered);
    onRpc("crm.lead", "leadya_decision_answer", ({ args: [, key, value] }) => {
        expect.step([key, value]);
        Object.assign(
            guide.questions.find((asked) => asked.key === key),
            { value, known: Boolean(value) }
        );
        return answered();
    });
    onRpc("crm.lead", "leadya_decision_add_threshold", ({ args: [, name, kind] }) => {
        guide.thresholds.push({ id: 1, name, kind, met: "unknown" });
        return answered();
    });
    onRpc("crm.lead", "leadya_decision_set_threshold", ({ args }) => {
        expect.step(args.slice(1));
        return answered();
    });
});

async function mountGuide() {
    await makeDialogMockEnv();
    await mountWithCleanup(DecisionGuide, {
        props: { resId: 1, close: () => expect.step("closed") },
    });
}

test("one question at a time, answered by keys, to the end", async () => {
    await mountGuide();
    expect(".o_leadya_decision_guide h3").toHaveText("presentation?");
    expect("[role=status]").toHaveText("0 of 3 known");
    await press("1");
    await animationFrame();
    expect(".o_leadya_decision_guide h3").toHaveText("suppliers?");
    expect("input[type=number]").toBeFocused();
    await contains("input[type=number]").edit("4");
    await press("Enter");
    await animationFrame();
    expect(".o_leadya_decision_guide h3").toHaveText("thresholds?");
    await contains("[data-value=no]").click();
    expect(".o_leadya_decision_guide").toHaveText(/All of it is known/);
    expect(queryAllTexts(".o_leadya_decision_guide li b")).toEqual(["Yes", "4", "No"]);
    expect.verifySteps([
        ["presentation", "yes"],
        ["suppliers", 4],
        ["thresholds", "no"],
    ]);
});

test("what is not known is left open, and can be come back to", async () => {
    await mountGuide();
    await press("s", { code: "KeyS" });
    await animationFrame();
    expect(".o_leadya_decision_guide h3").toHaveText("suppliers?");
    await contains("[name=back]").click();
    expect(".o_leadya_decision_guide h3").toHaveText("presentation?");
    await contains("[name=close]").click();
    expect.verifySteps(["closed"]);
});

test("requirements are told, and met or not", async () => {
    guide.questions = guide.questions.slice(2);
    await mountGuide();
    await press("1");
    await animationFrame();
    expect(".o_leadya_decision_guide h3").toHaveText("thresholds?");
    await contains(".o_leadya_decision_guide form input").edit("<b>ISO</b> 9001");
    await contains(".o_leadya_decision_guide form button").click();
    expect(".o_leadya_requirement").toHaveText(/<b>ISO<\/b> 9001/);
    await contains(".o_leadya_requirement select").select("yes");
    expect.verifySteps([
        ["thresholds", "yes"],
        [1, "yes"],
    ]);
});
