import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

// A rep sees both leads side by side, merges them, and takes it back.
tours.add("leadya_merge_and_undo", {
    steps: () => [
        {
            content: "what the two leads share",
            trigger: "[name=leadya_duplicate]:contains(same e-mail):contains(Asked by phone)",
        },
        {
            trigger: "[name=leadya_duplicate] button[name=action_merge_duplicates]",
            run: "click",
        },
        {
            content: "side by side, with what will be",
            trigger:
                ".modal .o_leadya_merge tr:contains(Phone) td:last-child:contains(+972 52-555-0101)",
        },
        {
            content: "another lead may stay",
            trigger:
                ".modal .o_field_widget[name=head_id] .o_radio_item:contains(Asked by mail) input",
            run: "click",
        },
        {
            content: "the columns follow",
            trigger:
                ".modal .o_leadya_merge thead th:nth-child(2):contains(Asked by mail):contains(Stays)",
        },
        {
            trigger: ".modal button[name=action_merge]",
            run: "click",
        },
        {
            content: "the lead that is left has both",
            trigger: ".o_form_view .o_field_widget[name=name] textarea:value(Asked by mail)",
        },
        {
            trigger: "button[name=action_view_merges]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Asked by mail) td[name=merged_count]",
            run: "click",
        },
        {
            content: "which leads became part of it",
            trigger: ".o_field_widget[name=merged_lead_ids] .o_data_row:contains(Asked by phone)",
        },
        {
            trigger: "button[name=action_undo]",
            run: "click",
        },
        {
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_notification:contains(The merge is undone)",
        },
        {
            trigger: ".o_arrow_button_current:contains(Undone)",
        },
    ],
});

// A rep says that the two are not the same customer.
tours.add("leadya_not_the_same", {
    steps: () => [
        {
            trigger: "[name=leadya_duplicate] button[name=action_dismiss_duplicates]",
            run: "click",
        },
        {
            trigger: ".o_form_view:not(:has([name=leadya_duplicate]))",
        },
    ],
});

// A lead that is not ripe rests until a day, and is taken back.
tours.add("leadya_nurture", {
    steps: () => [
        {
            trigger: ".o_form_statusbar button[name=action_nurture]",
            run: "click",
        },
        {
            trigger: ".modal .o_radio_item:contains(In half a year) input",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reason_id] input",
            run: "edit Too expensive",
        },
        {
            trigger: ".ui-autocomplete .dropdown-item:contains(Too expensive)",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            content: "the lead says until when, and why, in words",
            trigger: "[name=leadya_status]:contains(In nurture until):contains(Too expensive)",
        },
        {
            trigger: ".ribbon:contains(In Nurture)",
        },
        {
            trigger: ".o_form_statusbar button[name=action_end_nurture]",
            run: "click",
        },
        {
            content: "a call is planned at once",
            trigger: ".o-mail-Activity:contains(Taken back from nurture)",
        },
    ],
});
