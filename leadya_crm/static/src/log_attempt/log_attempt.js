import { Component, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const { DateTime } = luxon;

/** What can come of an attempt, and its icon; the labels are the field's own. */
export const OUTCOME_ICONS = {
    reached: "fa-check text-success",
    no_answer: "fa-phone text-warning",
    left_message: "fa-commenting-o text-info",
    busy: "fa-volume-control-phone text-warning",
    wrong_number: "fa-ban text-danger",
    call_back: "fa-calendar-plus-o text-primary",
    meeting: "fa-handshake-o text-primary",
    quote_sent: "fa-file-text-o text-success",
    not_now: "fa-leaf text-info",
    not_interested: "fa-thumbs-o-down text-danger",
    unfit: "fa-times text-danger",
};

/** Outcomes that ask for a time, a reason or a rest, in a dialog. */
const ASKING = ["call_back", "meeting", "not_now", "not_interested", "unfit"];

/**
 * When something is due, in words: "tomorrow, 10:00".
 *
 * @param {luxon.DateTime} moment
 * @returns {String}
 */
export function formatDue(moment) {
    const days = moment.startOf("day").diff(DateTime.local().startOf("day"), "days").days;
    const day = Math.abs(days) <= 1 ? moment.toRelativeCalendar() : formatDate(moment);
    return `${day}, ${moment.toFormat(localization.timeFormat.replace(":ss", ""))}`;
}

/**
 * Logs what came of trying to reach the customer by one click, on a card, in a list or
 * in a form, and tells what comes next.
 */
export class LogAttempt extends Component {
    static template = "leadya_crm.LogAttempt";
    static components = { Dropdown, DropdownItem };
    static props = {
        ...standardWidgetProps,
        compact: { type: Boolean, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({ isBusy: false });
    }

    /** Only of a lead that is still worked on. */
    get isShown() {
        const { data, resId } = this.props.record;
        return Boolean(resId) && data.active && data.won_status === "pending";
    }

    get outcomes() {
        // What has no icon comes with its own evidence: nobody logs it by hand.
        return this.props.record.fields.last_outcome.selection
            .filter(([value]) => OUTCOME_ICONS[value])
            .map(([value, label]) => ({
                value,
                label: ASKING.includes(value) ? _t("%(outcome)s…", { outcome: label }) : label,
                icon: OUTCOME_ICONS[value],
            }));
    }

    /** Enter opens the menu; the card around it would take the key for itself. */
    onKeydown(ev) {
        if (["Enter", " "].includes(ev.key) && ev.target.ariaExpanded !== "true") {
            ev.stopPropagation();
        }
    }

    getLabel(outcome) {
        return this.props.record.fields.last_outcome.selection.find(
            ([value]) => value === outcome
        )?.[1];
    }

    get count() {
        return this.props.record.data.attempt_count || 0;
    }

    get lastOutcome() {
        return this.getLabel(this.props.record.data.last_outcome) || "";
    }

    get title() {
        const { count, lastOutcome } = this;
        return count
            ? _t("Attempts: %(count)s. Last: %(outcome)s", { count, outcome: lastOutcome })
            : _t("Nobody has tried to reach the customer yet");
    }

    /**
     * A click is one attempt: what is clicked twice while the first is on its way is
     * logged once.
     *
     * @param {String} outcome
     */
    async onSelected(outcome) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            if (await this.saveChanges()) {
                await this.log(outcome);
            }
        } finally {
            this.state.isBusy = false;
        }
    }

    /** What is typed in the form goes first; false where it cannot be saved. */
    async saveChanges() {
        const { record } = this.props;
        return (await record.isDirty()) ? record.save() : true;
    }

    async log(outcome) {
        const { resModel, resId } = this.props.record;
        if (ASKING.includes(outcome)) {
            await this.ask(outcome);
            return;
        }
        const [result] = await this.orm.call(resModel, "action_log_attempt", [[resId], outcome]);
        this.notify(outcome, result.next_action_at && deserializeDateTime(result.next_action_at));
        await this.props.record.load();
    }

    /** What is missing is asked in a dialog, which logs the attempt. */
    async ask(outcome) {
        const { record } = this.props;
        const before = record.data.attempt_count;
        await this.action.doActionButton({
            type: "object",
            name: "action_open_attempt",
            args: JSON.stringify([outcome]),
            resModel: record.resModel,
            resId: record.resId,
            onClose: async () => {
                await record.load();
                if (record.data.attempt_count !== before) {
                    this.notify(outcome, record.data.next_action_at);
                }
            },
        });
    }

    notify(outcome, next) {
        const label = this.getLabel(outcome);
        if (!this.isShown) {
            this.notification.add(_t("%s. The lead is closed.", label), {
                type: "success",
                title: _t("Attempt logged"),
            });
            return;
        }
        const message =
            next && next > DateTime.now()
                ? _t("%(outcome)s. Next contact: %(time)s", {
                      outcome: label,
                      time: formatDue(next),
                  })
                : _t("%(outcome)s. No further attempt is due: decide how to go on.", {
                      outcome: label,
                  });
        this.notification.add(message, { type: "success", title: _t("Attempt logged") });
    }
}

export const logAttempt = {
    component: LogAttempt,
    fieldDependencies: [
        { name: "attempt_count", type: "integer" },
        { name: "last_outcome", type: "selection" },
        { name: "next_action_at", type: "datetime" },
        { name: "won_status", type: "selection" },
        { name: "active", type: "boolean" },
    ],
    extractProps: ({ options }) => ({ compact: Boolean(options.compact) }),
    listViewWidth: [80, 130],
};

registry.category("view_widgets").add("leadya_log_attempt", logAttempt);
