import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

// A rep reads why a lead came to them, and who else could have got it.
tours.add("leadya_read_dossier", {
    steps: () => [
        {
            trigger: ".o_notebook_headers [name=leadya_assignment]",
            run: "click",
        },
        {
            content: "the reason in one line",
            trigger: ".o_leadya_dossier button:contains(gives it to)",
        },
        {
            content: "who got it",
            trigger: ".o_leadya_dossier tr.fw-bold:contains(chosen)",
        },
        {
            content: "who did not, and why",
            trigger: ".o_leadya_dossier tr:contains(paused)",
        },
        {
            content: "it can be folded",
            trigger: ".o_leadya_dossier button[aria-expanded=true]",
            run: "click",
        },
        {
            trigger: ".o_leadya_dossier:not(:has(table))",
        },
    ],
});

// A manager makes a rule, which is on trial, and replays it on past leads.
tours.add("leadya_make_assignment_rule", {
    steps: () => [
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input, .o_field_widget[name=name] textarea",
            run: "edit Export leads",
        },
        {
            content: "a new rule is on trial",
            trigger: ".o_arrow_button_current[data-value=trial]",
        },
        {
            trigger: ".o_field_widget[name=strategy] input[data-value=round_robin]",
            run: "click",
        },
        {
            trigger: "button[name=action_replay]",
            run: "click",
        },
        {
            content: "the replay knows the rule",
            trigger: ".o_field_widget[name=rule_ids]:contains(Export leads)",
        },
        {
            trigger: "button[name=action_start]",
            run: "click",
        },
        {
            content: "it runs in the background",
            trigger: "button[name=action_stop]",
        },
    ],
});

// What came of the replay.
tours.add("leadya_read_replay", {
    steps: () => [
        {
            trigger: ".o_leadya_replay_report:contains(By person)",
        },
        {
            trigger: ".o_leadya_replay_report a:contains(Lead 0)",
        },
    ],
});
