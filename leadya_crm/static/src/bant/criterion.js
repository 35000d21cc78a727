import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

/** How each state looks: never by colour alone. */
export const LOOKS = {
    unknown: { icon: "fa-question", color: "secondary" },
    open: { icon: "fa-adjust", color: "warning" },
    confirmed: { icon: "fa-check", color: "success" },
    failed: { icon: "fa-times", color: "danger" },
};

/**
 * Who said so, and when.
 *
 * @param {{user: String, date: String}} answer as the server describes it
 * @returns {String}
 */
export function describeAnswer({ user, date }) {
    return _t("%(user)s, %(date)s", { user, date: formatDate(deserializeDateTime(date)) });
}
