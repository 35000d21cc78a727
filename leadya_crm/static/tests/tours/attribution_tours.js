import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

// A rep corrects what a customer searched for; what was recorded stays, and the lead follows.
tours.add("leadya_correct_touch", {
    steps: () => [
        {
            trigger: "[name=leadya_status]:contains(Searched for):contains(laser)",
        },
        {
            trigger: ".o_notebook_headers [name=leadya_attribution]",
            run: "click",
        },
        {
            content: "both visits stand there, and the last one earns the lead",
            trigger: ".o_leadya_touches:contains(Organic Search) li:last-child:contains(100)",
        },
        {
            trigger: ".o_leadya_touches li:last-child button:contains(Correct)",
            run: "click",
        },
        {
            trigger: ".modal [name=term] input",
            run: "edit laser clinic",
        },
        {
            trigger: ".modal-footer .btn-primary:contains(Correct)",
            run: "click",
        },
        {
            content: "what was wrong is kept",
            trigger:
                "body:not(:has(.modal)) .o_leadya_touches .o_leadya_corrected:contains(Corrected)",
        },
        {
            content: "the correction earns instead of it",
            trigger:
                ".o_leadya_touches li:contains(laser clinic):contains(Correction):contains(100)",
        },
        {
            content: "the header shows it",
            trigger: "[name=leadya_status] [name=utm_term]:contains(laser clinic)",
        },
    ],
});

// A manager tries a search on a brand before saving it, and sees how strong the name is.
tours.add("leadya_brand", {
    steps: () => [
        {
            trigger: ".o_form_view [name=name] input",
            run: "edit Leadya",
        },
        {
            trigger: "[name=test_keyword] input",
            run: "edit leadia price && press Tab",
        },
        {
            trigger: "[name=test_result]:contains(A search for the brand)",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
        {
            trigger: ".oe_stat_button:contains(Keywords):contains(1)",
        },
    ],
});
