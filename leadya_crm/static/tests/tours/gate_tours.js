import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const card = (name) => `.o_kanban_record:contains(${name})`;
const column = (name) => `.o_kanban_group:has(.o_column_title:contains(${name}))`;

/** By the place on the keyboard, as the dialog reads it. */
const press = (trigger, code) => ({
    trigger,
    run: () => {
        document.body.dispatchEvent(new KeyboardEvent("keydown", { code, bubbles: true }));
    },
});

// A rep drags a card into a stage that asks for something, fills it in, and the card is there.
tours.add("leadya_gate_drag", {
    steps: () => [
        {
            content: "drag the card",
            trigger: `${column("Tour First")} ${card("Asked for a price")}`,
            run: ({ drag_and_drop: dragTo }) => dragTo(column("Tour Proposal")),
            timeout: 60000,
        },
        {
            content: "the dialog asks for just what is missing",
            trigger: ".o_leadya_gate .modal-title:contains(Tour Proposal)",
            timeout: 60000,
        },
        {
            trigger: ".o_leadya_gate:contains(Data sheet sent):contains(Need)",
        },
        {
            content: "not filled in yet: it says so, and stays",
            trigger: ".o_leadya_gate .form-check-label:contains(Data sheet sent)",
            run: "click",
        },
        {
            trigger: ".o_leadya_gate button[name=move]",
            run: "click",
        },
        {
            trigger: ".o_leadya_gate [role=alert]:contains(Missing)",
        },
        {
            trigger: ".o_leadya_gate [data-state=confirmed]",
            run: "click",
        },
        {
            trigger: ".o_leadya_gate input[type=text]",
            run: "edit Dana said so",
        },
        {
            trigger: ".o_leadya_gate .o_field_widget[name=expected_revenue] input",
            run: "edit 12500",
        },
        {
            trigger: ".o_leadya_gate button[name=move]",
            run: "click",
        },
        {
            content: "the card is where it was dragged to",
            trigger: `body:not(:has(.modal)) ${column("Tour Proposal")} ${card("Asked for a price")}`,
        },
    ],
});

// In the form a rep who closes the dialog finds the lead where it was; another decides on it by two keys.
tours.add("leadya_gate_form", {
    steps: () => [
        {
            trigger: ".o_arrow_button:contains(Tour Proposal)",
            run: "click",
        },
        {
            trigger: ".o_leadya_gate button[name=stay]",
            run: "click",
        },
        {
            content: "nothing was moved, nothing is left unsaved",
            trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains(Tour First)",
        },
        {
            trigger:
                ".o_form_saved, .o_form_status_indicator:not(:has(.o_form_button_save:visible))",
        },
        {
            trigger: ".o_notebook_headers [name=leadya_qualification]",
            run: "click",
        },
        {
            content: "what cannot be known is marked so, with the reason",
            trigger: "[data-gap^=criterion] button[name=unknowable]",
            run: "click",
        },
        {
            trigger: ".o_leadya_missing input",
            run: "edit They never tell",
        },
        {
            trigger: ".o_leadya_missing button[name=keep]",
            run: "click",
        },
        {
            trigger: ".o_leadya_missing:contains(They never tell)",
        },
        {
            content: "drop, nurture or proceed, by two digits",
            trigger: ".o_leadya_decide_button button",
            run: "click",
        },
        press(".o_leadya_decide [data-choice=proceed]", "Digit3"),
        press(".o_leadya_decide [data-choice='1']", "Digit1"),
        {
            trigger: ".o_notification:contains(Proceed)",
        },
        {
            trigger: "body:not(:has(.modal)) .o_field_widget[name=verdict]:contains(Proceed)",
        },
    ],
});

// A manager lets a deal be won without its criteria, with a reason.
tours.add("leadya_gate_override", {
    steps: () => [
        {
            trigger: "button[name=action_set_won_rainbowman]",
            run: "click",
        },
        {
            trigger: ".o_leadya_gate button[name=override]",
            run: "click",
        },
        {
            content: "it says what is missing",
            trigger: ".modal .alert:contains(Budget)",
        },
        {
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit A customer of twenty years",
        },
        {
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains(Tour Won)",
        },
    ],
});
