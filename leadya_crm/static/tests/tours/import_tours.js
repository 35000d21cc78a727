import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";

// Made for the test, in the form of a CRM's own export.
const EXPORT = [
    "LEADID,Last Name,Company,Lead Owner,Email,Mobile,Lead Source,Lead Status,Created Time",
    'T1,Sommer,Tour Pumps,Nobody Known,sommer@tour-pumps.example,+49 30 901820,Cold Call,Contacted,"15 Apr, 2021 00:03:00"',
    'T2,Lindt,Tour Valves,Nobody Known,lindt@tour-valves.example,+49 30 901821,Advertisement,Lost Lead,"16 Apr, 2021 10:00:00"',
    ",,,,,,Cold Call,Contacted,",
].join("\n");

// The rejected row as it was given back, with an address filled in.
const MENDED = [
    "LEADID,Last Name,Company,Lead Owner,Email,Mobile,Lead Source,Lead Status,Created Time,Why this row was rejected",
    ",,,,mended@tour-pumps.example,,Cold Call,Contacted,,No identifier and no usable e-mail or phone",
].join("\n");

const chooseFile = (content, name) => ({
    content: "choose the file",
    trigger: ".o_field_widget[name=file] .o_select_file_button",
    async run() {
        const file = new File([content], name, { type: "text/csv" });
        await inputFiles(".o_field_widget[name=file] .o_input_file", [file]);
    },
});

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
        chooseFile(EXPORT, "tour.csv"),
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
            content: "unknown names are shown, with their count",
            trigger: ".o_form_sheet [name=unknown]:contains(Nobody Known):contains(2)",
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
            content: "the map is kept under a name",
            trigger: ".o_form_statusbar button:contains(Keep Map)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Export of the tour",
        },
        {
            trigger: ".modal footer button[name=action_keep]",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=map_id] input:value(Export of the tour)",
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

// The import is done: its result and its leads are at hand; the rejected row is mended, and loaded by the same map.
registry.category("web_tour.tours").add("leadya_import_result", {
    steps: () => [
        {
            trigger: ".o_form_sheet [name=result] .o_field_widget[name=created_count]:contains(2)",
        },
        {
            content: "the reason of the rejected row",
            trigger: ".o_form_sheet [name=result]:contains(No identifier)",
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
        {
            trigger: ".breadcrumb-item a, .o_breadcrumb a:contains(Leads of the tour)",
            run: "click",
        },
        {
            trigger: ".o_form_statusbar button[name=action_load_mended]",
            run: "click",
        },
        {
            content: "a new import, by the map that was kept",
            trigger: ".o_field_widget[name=map_id] input:value(Export of the tour)",
        },
        chooseFile(MENDED, "mended.csv"),
        {
            trigger: ".o_form_statusbar button[name=action_analyse]:contains(Read the File)",
            run: "click",
        },
        {
            content: "our own column of reasons is left out",
            trigger:
                ".o_field_widget[name=column_ids] .o_data_row:contains(Why this row was rejected):contains(Leave out)",
        },
        {
            trigger: ".o_field_widget[name=map_hint]:contains(9)",
        },
        {
            trigger: ".o_form_statusbar button[name=action_dry_run]",
            run: "click",
        },
        {
            trigger: statistic("planned_created_count", 1),
        },
        {
            trigger: statistic("planned_rejected_count", 0),
        },
    ],
});

// It was a mistake: the leads that nobody has touched are taken back.
registry.category("web_tour.tours").add("leadya_import_undo", {
    steps: () => [
        {
            trigger: ".o_form_statusbar button[name=action_undo]",
            run: "click",
        },
        {
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "it is undone in the background, with progress",
            trigger: ".o_form_sheet [name=progress]",
        },
    ],
});

registry.category("web_tour.tours").add("leadya_import_undone", {
    steps: () => [
        {
            trigger: ".o_form_sheet [name=undone] .o_field_widget[name=undone_count]:contains(1)",
        },
        {
            trigger: ".o_form_sheet [name=undone] .o_field_widget[name=kept_count]:contains(1)",
        },
    ],
});
