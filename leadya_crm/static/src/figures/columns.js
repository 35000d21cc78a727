import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";
import { formatSpan } from "../countdown/promise";

const MINUTE = 60 * 1000;

const count = (value) => formatFloat(value, { digits: [16, Number.isInteger(value) ? 0 : 1] });
const whole = (value) => formatFloat(value, { digits: [16, 0] });
const times = (value) => _t("%s×", formatFloat(value, { digits: [16, 1] }));
const minutes = (value) => formatSpan(value * MINUTE);
const money = (value, currencyId) => formatCurrency(value, currencyId);

/** All figures of a row: what they are called, how they read, and where they matter most. */
export const getColumns = () => [
    { name: "impressions", label: _t("Impressions"), format: whole, isMoney: true, isDetail: true },
    { name: "clicks", label: _t("Clicks"), format: whole, isMoney: true },
    { name: "cost", label: _t("Cost"), format: money, isMoney: true },
    { name: "leads", label: _t("Leads"), format: count },
    { name: "fit", label: _t("Fit"), format: count, title: _t("Judged fit by triage") },
    {
        name: "qualified",
        label: _t("Qualified"),
        format: count,
        title: _t("Fit, and half of the criteria confirmed, met, or quoted; or won"),
    },
    { name: "meetings", label: _t("Meetings"), format: count },
    { name: "quotes", label: _t("Quotes"), format: count },
    { name: "won", label: _t("Won"), format: count },
    { name: "revenue", label: _t("Revenue"), format: money, isMoney: true },
    {
        name: "cost_per_click",
        label: _t("Per Click"),
        format: money,
        isMoney: true,
        isDetail: true,
    },
    { name: "cost_per_lead", label: _t("Per Lead"), format: money, isMoney: true },
    {
        name: "cost_per_fit",
        label: _t("Per Fit Lead"),
        format: money,
        isMoney: true,
        isDetail: true,
    },
    { name: "cost_per_qualified", label: _t("Per Qualified"), format: money, isMoney: true },
    {
        name: "cost_per_meeting",
        label: _t("Per Meeting"),
        format: money,
        isMoney: true,
        isDetail: true,
    },
    {
        name: "cost_per_quote",
        label: _t("Per Quote"),
        format: money,
        isMoney: true,
        isDetail: true,
    },
    { name: "cost_per_won", label: _t("Per Won"), format: money, isMoney: true },
    {
        name: "return",
        label: _t("Return"),
        format: times,
        isMoney: true,
        title: _t("Revenue by cost"),
    },
    {
        name: "median",
        label: _t("Response"),
        format: minutes,
        title: _t("Median time from arrival to the first contact"),
    },
    {
        name: "money_at_risk",
        label: _t("At Risk"),
        format: money,
        isMoney: true,
        title: _t("Cost of the leads that were answered after the promise"),
    },
];

export const formatFigure = (column, value, currencyId) =>
    value === null || value === undefined ? "–" : column.format(value, currencyId);

/** How a verdict looks: never by colour alone. `point` is its shape in the chart. */
export const getVerdicts = () => ({
    scale: {
        label: _t("Scale"),
        icon: "fa-arrow-circle-up",
        badge: "text-bg-success",
        color: "#28a745",
        point: "triangle",
    },
    keep: {
        label: _t("Keep"),
        icon: "fa-check-circle",
        badge: "text-bg-info",
        color: "#17a2b8",
        point: "circle",
    },
    watch: {
        label: _t("Watch"),
        icon: "fa-eye",
        badge: "text-bg-warning",
        color: "#ffac00",
        point: "rectRot",
    },
    stop: {
        label: _t("Stop"),
        icon: "fa-stop-circle",
        badge: "text-bg-danger",
        color: "#dc3545",
        point: "rect",
    },
    not_enough_data: {
        label: _t("Not enough data"),
        icon: "fa-hourglass-half",
        badge: "text-bg-light border",
        color: "#8f8f8f",
        point: "crossRot",
    },
});
