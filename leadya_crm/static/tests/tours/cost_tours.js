import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";

const tours = registry.category("web_tour.tours");

// Made for the test, in the form of a keyword report as it is downloaded.
const REPORT = [
    "Search keyword report",
    '"May 4, 2026 - May 10, 2026"',
    "Device,Keyword,Campaign,Ad group,Currency code,Impr.,Clicks,Cost",
    'Desktop,[tour word],Tour Campaign,Group,USD,"1,200",30,"1,034.50"',
    "Mobile,[tour word],Tour Campaign,Group,USD,300,10,65.50",
    ',Total: Filtered keywords,,,USD,"1,500",40,"1,200.00"',
].join("\n");

// Marketing loads a report: file, columns, dry run that finds a wrong total, start.
tours.add("leadya_load_costs", {
    steps: () => [
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input, .o_field_widget[name=name] textarea",
            run: "edit Costs of the tour",
        },
        {
            content: "choose the file",
            trigger: ".o_field_widget[name=file] .o_select_file_button",
            async run() {
                const file = new File([REPORT], "tour.csv", { type: "text/csv" });
                await inputFiles(".o_field_widget[name=file] .o_input_file", [file]);
            },
        },
        {
            trigger: ".o_form_statusbar button[name=action_analyse]:contains(Read the File)",
            run: "click",
        },
        {
            content: "the platform is recognised, and the columns",
            trigger:
                ".o_field_widget[name=column_ids] .o_data_row:contains(Impr.):contains(Impressions)",
        },
        {
            content: "a column offers what costs have, and nothing of leads",
            trigger:
                ".o_field_widget[name=column_ids] .o_data_row:contains(Ad group) td[name=target]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=column_ids] .o_selected_row td[name=target] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_menu:contains(Campaign ID):not(:contains(Job Position))",
        },
        {
            trigger: ".o_form_statusbar button[name=action_dry_run]",
            run: "click",
        },
        {
            content: "the report's own sum is not that of its rows",
            trigger: ".o_form_sheet [name=warning]:contains(differ)",
        },
        {
            trigger: ".o_form_sheet [name=findings]:contains(1,200.00):contains(1,100.00)",
        },
        {
            trigger: ".o_form_statusbar button[name=action_start].btn-primary",
            run: "click",
        },
        {
            content: "it runs in the background, with progress",
            trigger: ".o_form_sheet [name=progress]:contains(rows read)",
        },
    ],
});

// The load is done: its costs are at hand.
tours.add("leadya_loaded_costs", {
    steps: () => [
        {
            trigger: ".o_form_statusbar button[name=action_view_costs]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains([tour word]):contains(1,500)",
        },
    ],
});

// Marketing writes what a stand cost.
tours.add("leadya_write_cost", {
    steps: () => [
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=note] input",
            run: "edit Stand of the tour",
        },
        {
            trigger: ".o_field_widget[name=cost] input",
            run: "edit 4200",
        },
        {
            trigger: ".o_field_widget[name=channel_id] input",
            run: "edit Trade Show",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Trade Show)",
            run: "click",
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
