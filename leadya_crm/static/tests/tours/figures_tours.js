import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const row = (name) => `.o_leadya_figures tr[data-name="${name}"]`;

// A marketer finds the keyword that burns money, looks at the bubbles, and opens the leads behind it.
tours.add("leadya_marketer_keywords", {
    steps: () => [
        {
            content: "the verdict stands beside the keyword, with its reason",
            trigger: `${row("[pipes]")}:has(.badge[data-verdict=stop]) .o_leadya_reason:contains(none fit in 60 days)`,
        },
        {
            trigger: `${row("[boiler]")} td[name=cost]:contains(100)`,
        },
        {
            content: "the dearest comes first",
            trigger: ".o_leadya_figures tbody tr:first-child[data-name='[pipes]']",
        },
        {
            trigger: "th button[data-order=leads]",
            run: "click",
        },
        {
            trigger: "th[aria-sort=descending] button[data-order=leads]",
        },
        {
            trigger: ".o_leadya_toggle_chart",
            run: "click",
        },
        {
            trigger: ".o_leadya_bubbles canvas",
        },
        {
            trigger: "select[name=model]",
            run: "select linear",
        },
        {
            trigger: `${row("[pipes]")} .o_leadya_open_leads`,
            run: "click",
        },
        {
            content: "exactly the leads of the figure",
            trigger: ".o_list_view .o_data_row:nth-child(9)",
        },
        {
            trigger: ".breadcrumb-item a:contains(Keywords), .o_back_button",
            run: "click",
        },
        {
            content: "what was chosen is still chosen",
            trigger: ".o_leadya_bubbles canvas",
        },
    ],
});

// The same screen for a rep: own leads, and no money anywhere.
tours.add("leadya_rep_keywords", {
    steps: () => [
        {
            trigger: `${row("[pipes]")} td[name=leads]:contains(9)`,
        },
        {
            content: "no money, and it is said to whom it is shown",
            trigger:
                ".o_leadya_figures:not(:has(td[name=cost], td[name=revenue])):contains(shown to marketing)",
        },
        {
            trigger: ".o_leadya_figures:not(:contains(214))",
        },
    ],
});

// Sources: channels, and landing pages that share the costs.
tours.add("leadya_marketer_sources", {
    steps: () => [
        {
            trigger: `${row("Paid Search")} td[name=cost]:contains(314)`,
        },
        {
            trigger: "select[name=dimension]",
            run: "select landing",
        },
        {
            trigger: `${row("/pipes")} td[name=cost]:contains(214)`,
        },
        {
            trigger: ".o_leadya_figures:contains(shared in equal parts)",
        },
        {
            trigger: "select[name=period]",
            run: "select last_month",
        },
        {
            trigger: ".o_nocontent_help:contains(Choose a longer period)",
        },
    ],
});

// The funnel beside the benchmark.
tours.add("leadya_funnel", {
    steps: () => [
        {
            trigger: ".o_leadya_funnel [data-step=relevant]:contains(8-4-2-1: 50 %)",
        },
        {
            trigger: "select[name=group_by]",
            run: "select keyword_id",
        },
        {
            trigger: ".o_leadya_funnel tbody tr:contains(pipes)",
        },
    ],
});
