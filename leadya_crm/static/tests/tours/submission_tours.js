import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

// The CRM's admin tries again, from the list, what could not be used.
tours.add("leadya_retry_submissions", {
    steps: () => [
        {
            content: "tests and spam are hidden at first",
            trigger: ".o_searchview:contains(No Spam):contains(No Tests)",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(ValueError: broken)",
        },
        {
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_control_panel button[name=action_retry]",
            run: "click",
        },
        {
            content: "what became of them is told",
            trigger: ".o_notification:contains(3 done.)",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Lead Made)",
        },
        {
            trigger: ".o_list_view:not(:contains(ValueError))",
        },
    ],
});

// A robot that was none: the verdict is taken back, and the lead is there.
tours.add("leadya_undo_spam", {
    steps: () => [
        {
            trigger: ".o_arrow_button_current:contains(Spam)",
        },
        {
            content: "what was sent is there to be judged",
            trigger: ".o_form_sheet:contains(Please call me back)",
        },
        {
            trigger: ".o_form_statusbar button[name=action_not_spam]",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Lead Made)",
        },
        {
            trigger: "button[name=action_view_lead]",
            run: "click",
        },
        {
            trigger: ".o_form_view:contains(no robot)",
        },
    ],
});

// A test lead shows what would become of a real one.
tours.add("leadya_send_test_lead", {
    steps: () => [
        {
            trigger: ".o_form_statusbar button[name=action_send_test]",
            run: "click",
        },
        {
            trigger:
                ".modal .o_form_view:contains(Paid Search):contains(Everybody):contains(Given to)",
        },
        {
            content: "nobody takes it for a lead",
            trigger: ".modal .ribbon:contains(Test)",
        },
        {
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) [name=submission_count]:contains(0)",
        },
    ],
});

// Where the scheduler does not run, the form says so, and the work can be done at once.
tours.add("leadya_make_leads_now", {
    steps: () => [
        {
            trigger: ".o_form_view .alert-danger:contains(1 submissions have waited)",
        },
        {
            trigger: ".alert-danger button[name=action_process_now]",
            run: "click",
        },
        {
            trigger: ".o_form_view:not(:has(.alert-danger)) [name=lead_count]:contains(1)",
        },
    ],
});

// The settings say what happens when the same person writes again; a form may say otherwise.
tours.add("leadya_duplicate_policy", {
    steps: () => [
        {
            trigger:
                "#leadya_duplicates .o_radio_item:contains(Make another lead, linked to it) input",
            run: "click",
        },
        {
            trigger: "#leadya_erasure .o_field_widget[name=leadya_erase_after_days] input",
            run: "edit 90",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "#leadya_duplicates .o_radio_item:contains(linked to it) input:checked",
        },
    ],
});
