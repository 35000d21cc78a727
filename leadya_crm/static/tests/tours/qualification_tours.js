import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

// A rep confirms the budget with what shows it, and sees how the score comes about.
tours.add("leadya_give_evidence", {
    steps: () => [
        {
            content: "what to ask next stands on the lead",
            trigger: "[name=leadya_next_question]:contains(What have you set aside)",
        },
        {
            trigger: ".o_notebook_headers [name=leadya_qualification]",
            run: "click",
        },
        {
            trigger: "[data-criterion=bant_budget] [name=evidence]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=state] input[data-value=confirmed]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit The board has approved 40,000",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "what shows it stands below the criterion",
            trigger:
                "[data-criterion=bant_budget] .o_leadya_evidence:contains(The board has approved 40,000)",
        },
        {
            trigger: "[data-criterion=bant_budget] [data-state=confirmed][aria-checked=true]",
        },
        {
            content: "the score tells how it comes about",
            trigger: ".o_leadya_bant_total .o_leadya_score",
            run: "click",
        },
        {
            trigger:
                ".o_leadya_score_popover [data-criterion=bant_budget]:contains(The board has approved 40,000)",
        },
        {
            trigger: ".o_leadya_score_popover .o_leadya_total:contains(50%)",
            run: "press Escape",
        },
        {
            content: "what the customer wants, and how much of it",
            trigger: ".o_field_widget[name=wanted_product_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=wanted_product_ids] .o_selected_row [name=name] input",
            run: "edit Booster pump",
        },
        {
            trigger:
                ".o_field_widget[name=wanted_product_ids] .o_selected_row [name=quantity] input",
            run: "edit 12",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
    ],
});

// A rep asks how the customer decides, one question at a time, and sees all of it on one page.
tours.add("leadya_ask_decision", {
    steps: () => [
        {
            trigger: ".o_notebook_headers [name=leadya_decision]",
            run: "click",
        },
        {
            trigger: "button[name=decision_guide]",
            run: "click",
        },
        {
            trigger: ".o_leadya_decision_guide h3:contains(What is your part)",
        },
        {
            trigger: ".o_leadya_decision_guide [data-value=user]",
            run: "click",
        },
        {
            content: "the next question is there at once",
            trigger: ".o_leadya_decision_guide h3:contains(Who decides on this)",
        },
        {
            trigger: ".o_leadya_decision_guide [data-value=committee]",
            run: "click",
        },
        {
            trigger: ".o_leadya_decision_guide h3:contains(Can we present)",
        },
        {
            trigger: ".modal button[name=close]",
            run: "click",
        },
        {
            content: "the page with all of it shows the answers",
            trigger: ".o_field_widget[name=decision_forum] input:value(A tender committee)",
        },
        {
            trigger: ".o_leadya_decision_terms input[aria-label=Requirement]:eq(0)",
            run: "edit ISO 9001",
        },
        {
            trigger: ".o_leadya_decision_terms form button:eq(0)",
            run: "click",
        },
        {
            trigger: ".o_leadya_decision_terms .o_leadya_requirement:contains(ISO 9001) select",
            run: "select yes",
        },
        {
            content: "the lead knows that all thresholds are met",
            trigger: ".o_field_widget[name=decision_threshold_state]:contains(All met)",
        },
    ],
});
