import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

// A rep links what was proposed, and fills the map: who asked by one click, who decides by name.
tours.add("leadya_people", {
    steps: () => [
        {
            trigger: ".o_notebook_headers [name=leadya_people]",
            run: "click",
        },
        {
            content: "the organization is proposed, with the reason and how sure it is",
            trigger:
                ".o_leadya_proposals tr:contains(Galil Pumps):contains(%):contains(name alike) .o_leadya_link",
            run: "click",
        },
        {
            content: "once it is linked it is proposed no more",
            trigger: "body:not(:has(.o_leadya_proposals tr:contains(Galil Pumps)))",
        },
        {
            content: "who asked is offered",
            trigger: ".o_leadya_offered:contains(Dan)",
            run: "click",
        },
        {
            trigger: ".o_leadya_stakeholder:contains(Dan):contains(Never heard) .o_leadya_spoke",
            run: "click",
        },
        {
            trigger: ".o_leadya_stakeholder:contains(Dan):contains(Heard)",
        },
        {
            content: "nobody is known yet who decides",
            trigger: ".o_leadya_missing_role[data-role=decision_maker]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit <b>Ruth</b>",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "what was written is text, whatever it looks like",
            trigger: ".o_leadya_stakeholder:contains(<b>Ruth</b>)",
        },
        {
            trigger: "body:not(:has(.o_leadya_missing_role[data-role=decision_maker]))",
        },
    ],
});
