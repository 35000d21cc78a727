import { serializeDate, today } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

/** Spans of whole days up to today or of whole months, by name. */
const SPANS = {
    last_30_days: (day) => [day.minus({ days: 29 }), day],
    last_90_days: (day) => [day.minus({ days: 89 }), day],
    this_month: (day) => [day.startOf("month"), day],
    last_month: (day) => whole(day.minus({ months: 1 }), "month"),
    this_quarter: (day) => [day.startOf("quarter"), day],
    last_quarter: (day) => whole(day.minus({ quarters: 1 }), "quarter"),
    last_365_days: (day) => [day.minus({ days: 364 }), day],
};

const whole = (day, unit) => [day.startOf(unit), day.endOf(unit)];

export const getPeriods = () => [
    { name: "last_30_days", label: _t("Last 30 days") },
    { name: "last_90_days", label: _t("Last 90 days") },
    { name: "this_month", label: _t("This month") },
    { name: "last_month", label: _t("Last month") },
    { name: "this_quarter", label: _t("This quarter") },
    { name: "last_quarter", label: _t("Last quarter") },
    { name: "last_365_days", label: _t("Last 365 days") },
    { name: "custom", label: _t("From … to …") },
];

/** First and last day of a span, both included, as the server reads them. */
export function spanOf(period) {
    const [first, last] = (SPANS[period] || SPANS.last_90_days)(today());
    return { date_from: serializeDate(first), date_to: serializeDate(last) };
}
