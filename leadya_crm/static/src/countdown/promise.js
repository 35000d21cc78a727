import { formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** States of a promise that is still to be kept. */
const OPEN_STATES = ["running", "at_risk", "breached"];

/** How each state looks: never by colour alone. */
const LOOKS = {
    running: { icon: "fa-clock-o", color: "text-success" },
    at_risk: { icon: "fa-hourglass-half", color: "text-warning" },
    breached: { icon: "fa-exclamation-circle", color: "text-danger" },
    met: { icon: "fa-check-circle", color: "text-success" },
    met_late: { icon: "fa-check-circle-o", color: "text-warning" },
    paused: { icon: "fa-pause-circle-o", color: "text-muted" },
};

/**
 * A span of time in its two largest units.
 *
 * @param {Number} milliseconds not negative
 * @returns {String}
 */
export function formatSpan(milliseconds) {
    const days = Math.floor(milliseconds / DAY);
    const hours = Math.floor((milliseconds % DAY) / HOUR);
    const minutes = Math.floor((milliseconds % HOUR) / MINUTE);
    if (days) {
        return hours ? _t("%(days)s d %(hours)s h", { days, hours }) : _t("%(days)s d", { days });
    }
    if (hours) {
        return minutes
            ? _t("%(hours)s h %(minutes)s min", { hours, minutes })
            : _t("%(hours)s h", { hours });
    }
    return minutes ? _t("%(minutes)s min", { minutes }) : _t("less than a minute");
}

function formatOpen(state, left) {
    const span = formatSpan(Math.abs(left));
    return state === "breached"
        ? _t("late by %(time)s", { time: span })
        : _t("%(time)s left", { time: span });
}

/**
 * What a promise looks like at a moment. A promise whose deadline has passed is late,
 * even where the server has not noticed yet.
 *
 * @param {String | false} state of the promise, as stored
 * @param {luxon.DateTime | false} deadline
 * @param {Number} now in milliseconds
 * @returns {{state: String, text: String, icon: String, color: String, title: String} | null}
 */
export function describePromise(state, deadline, now) {
    if (!LOOKS[state]) {
        return null;
    }
    if (!OPEN_STATES.includes(state) || !deadline) {
        const text = {
            met: _t("Kept"),
            met_late: _t("Kept late"),
            paused: _t("Paused"),
        }[state];
        const title = {
            met: _t("The customer was contacted as promised."),
            met_late: _t("The customer was contacted, but later than promised."),
            paused: _t("The promise waits for the customer."),
        }[state];
        return text ? { state, text, title, ...LOOKS[state] } : null;
    }
    const left = deadline.toMillis() - now;
    const shown = left <= 0 ? "breached" : state === "breached" ? "running" : state;
    return {
        state: shown,
        text: formatOpen(shown, left),
        title: _t("Contact promised by %(time)s", { time: formatDateTime(deadline) }),
        ...LOOKS[shown],
    };
}
