import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";

// Made for the test, in the form of a CRM's own export.
const EXPORT = [
    "LEADID,Last Name,Company,Lead Owner,Email,Mobile,Lead Source,Lead Status,Created Time",
    'T1,Sommer,Tour Pumps,Nobody Known,sommer@tour-pumps.example,+49 30 901820,Cold Call,Contacted,"15 Apr, 2021 00:03:00"',
    'T2,Lindt,Tour Valves,Nobody Known,lindt@tour-valves.example,+49 30 901821,Advertisement,Lost Lead,"16 Apr, 2021 10:00:00"',
    ",,,,,,Cold Call,Contacted,",
].join("\n");

const statistic = (name, count) =>
    `.o_form_sheet [name=plan] .o_field_widget[name=${name}]:contains(${count})`;

// A sales manager brings in a spreadsheet: file, columns, dry run, start.
registry.category("web_tour.tours").add("leadya_import", {
    steps: () => [
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input, .o_field_widget[name=name] textarea",
            run: "edit Leads of the tour",
        },
        {
            content: "choose the file",
            trigger: ".o_field_widget[name=file] .o_select_file_button",
            async run() {
                const file = new File([EXPORT], "tour.csv", { type: "text/csv" });
                await inputFiles(".o_field_widget[name=file] .o_input_file", [file]);
            },
        },
        {
            trigger: ".o_form_statusbar button[name=action_analyse]:contains(Read the File)",
            run: "click",
        },
        {
            content: "columns are proposed, each with a sample",
            trigger:
                ".o_field_widget[name=column_ids] .o_data_row:contains(sommer@tour-pumps.example):contains(Email)",
        },
        {
            content: "unknown names are shown",
            trigger: ".o_form_sheet [name=unknown]",
        },
        {
            content: "sources with their channel",
            trigger: ".o_notebook_headers [name=source_value_ids]",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=source_value_ids] .o_data_row:contains(Cold Call):contains(Outbound)",
        },
        {
            trigger: ".o_form_statusbar button[name=action_dry_run]",
            run: "click",
        },
        {
            content: "what would happen is told before it does",
            trigger: statistic("planned_created_count", 2),
        },
        {
            trigger: statistic("planned_rejected_count", 1),
        },
        {
            trigger: ".o_form_statusbar button[name=action_start].btn-primary",
            run: "click",
        },
        {
            content: "it runs in the background, with progress",
            trigger: ".o_form_sheet [name=progress]",
        },
    ],
});

// The import is done: its result, its leads and the rejected rows are at hand.
registry.category("web_tour.tours").add("leadya_import_result", {
    steps: () => [
        {
            trigger: ".o_form_sheet [name=result] .o_field_widget[name=created_count]:contains(2)",
        },
        {
            trigger: ".o_form_statusbar button[name=action_download_rejected]",
        },
        {
            trigger: ".o_form_statusbar button[name=action_view_leads]",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Sommer), .o_data_row:contains(Tour Pumps)",
        },
    ],
});
