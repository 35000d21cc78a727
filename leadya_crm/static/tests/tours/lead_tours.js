import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const card = (name) => `.o_kanban_record:contains(${name})`;

// A rep logs "No answer" by one click on a card, and sees the next call.
tours.add("leadya_log_no_answer", {
    steps: () => [
        {
            content: "the card counts down to what was promised",
            trigger: `${card("Asked for a price")} .o_leadya_countdown:contains(left)`,
        },
        {
            trigger: `${card("Asked for a price")} .o_leadya_log_attempt button`,
            run: "click",
        },
        {
            trigger: ".dropdown-item[data-outcome=no_answer]",
            run: "click",
        },
        {
            content: "what comes next is told",
            trigger: ".o_notification:contains(No answer. Next contact)",
        },
        {
            content: "the card shows it, and was not opened",
            trigger: `${card("Asked for a price")} .o_leadya_log_attempt:contains(1):contains(No answer)`,
        },
        {
            trigger: `${card("Asked for a price")} .o_field_name, ${card("Asked for a price")}`,
            run: "click",
        },
        {
            content: "the next call is scheduled",
            trigger: ".o-mail-Activity:contains(Call again at)",
        },
        {
            trigger: ".o_notebook_headers [name=leadya_promises]",
            run: "click",
        },
        {
            content: "the attempt is in the history",
            trigger: ".o_leadya_related_list .o_data_row:contains(No answer)",
        },
    ],
});

// A rep asks to be reminded at a time the customer named.
tours.add("leadya_log_call_back", {
    steps: () => [
        {
            trigger: ".o_form_statusbar .o_leadya_log_attempt button",
            run: "click",
        },
        {
            trigger: ".dropdown-item[data-outcome=call_back]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit After the holidays",
        },
        {
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: ".o_notification:contains(Call me back. Next contact)",
        },
        {
            trigger: ".o-mail-Activity:contains(Call again at)",
        },
    ],
});

// A rep sets the four criteria in the form, by mouse and by keyboard.
tours.add("leadya_set_bant", {
    steps: () => [
        {
            trigger: ".o_notebook_headers [name=leadya_qualification]",
            run: "click",
        },
        {
            trigger: "[data-criterion=bant_budget] [data-state=confirmed]",
            run: "click",
        },
        {
            trigger: "[data-criterion=bant_budget] [data-state=confirmed][aria-checked=true]",
            run: "press ArrowDown",
        },
        {
            trigger: "[data-criterion=bant_authority] [data-state=unknown]",
            run: "press ArrowRight",
        },
        {
            trigger: "[data-criterion=bant_authority] [data-state=open][aria-checked=true]",
        },
        {
            content: "the score goes along before anything is saved: (1 + 0.4) of 4",
            trigger: ".o_leadya_score:contains(35%)",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "the form is saved before the page is left",
            trigger: ".o_form_saved",
        },
        {
            content: "what is still to be asked",
            trigger: ".o_field_widget[name=missing_information]:contains(Timeframe)",
        },
    ],
});

// An admin changes what a triage rule says.
tours.add("leadya_edit_triage_rule", {
    steps: () => [
        {
            trigger: ".o_data_row:contains(Came by itself) td[name=name]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit Wrote to us",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_breadcrumb:contains(Wrote to us)",
        },
    ],
});

// A manager adds the recommended pipeline, having seen what it will do.
tours.add("leadya_recommended_pipeline", {
    steps: () => [
        {
            trigger: "#leadya_pipeline button",
            run: "click",
        },
        {
            content: "what is missing will be added",
            trigger: ".modal .o_data_row:contains(No answer):contains(Will be added)",
        },
        {
            content: "what is there stays",
            trigger: ".modal .o_data_row:contains(New):contains(Stays as it is)",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            trigger: ".o_notification:contains(stages added)",
        },
    ],
});
