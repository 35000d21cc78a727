import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const press = (code) => ({
    trigger: ".o_leadya_my_day .o_leadya_lead",
    run: () => {
        document.body.dispatchEvent(new KeyboardEvent("keydown", { code, bubbles: true }));
    },
});

// A rep works through the day by keyboard alone: no answer, call back tomorrow afternoon, not interested.
tours.add("leadya_my_day", {
    steps: () => [
        {
            content: "the lead whose promise falls due first",
            trigger: ".o_leadya_lead h2:contains(Dana Soon)",
        },
        {
            content: "what the customer searched for, and what to ask next",
            trigger:
                ".o_leadya_lead:contains(Searched for):contains(laser price):contains(Ask next)",
        },
        press("KeyN"),
        {
            content: "the next lead is there at once",
            trigger: ".o_leadya_lead h2:contains(Noa Later)",
        },
        {
            trigger: ".o_notification:contains(No answer)",
        },
        press("KeyC"),
        {
            trigger: ".o_leadya_question [data-choice='3']:contains(Tomorrow afternoon)",
        },
        press("Digit3"),
        {
            trigger: ".o_leadya_lead h2:contains(Igor Last)",
        },
        press("KeyI"),
        {
            trigger: ".o_leadya_question [data-choice='1']",
        },
        press("Digit1"),
        {
            content: "nobody waits any more",
            trigger: ".o_leadya_my_day:contains(All done for now)",
        },
        {
            content: "the day's work is counted",
            trigger: ".o_leadya_done:contains(3 done):contains(0 left)",
        },
    ],
});

// A manager looks at the measures, split by channel.
tours.add("leadya_measures", {
    steps: () => [
        {
            trigger: ".o_leadya_measures .card:contains(Never followed up)",
        },
        {
            trigger: ".o_leadya_measures select[name=group_by]",
            run: "select hour",
        },
        {
            trigger: ".o_leadya_measures tbody th:contains(:00)",
        },
        {
            trigger: ".o_leadya_scoring:contains(Does scoring pay?):contains(call everyone)",
        },
    ],
});
