import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    useExternalListener,
    useState,
} from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import {
    deserializeDateTime,
    formatDate,
    formatDateTime,
    serializeDateTime,
} from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { formatCurrency } from "@web/core/currency";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { describePromise } from "../countdown/promise";
import { DecisionGuide } from "../decision/decision_guide";
import { DecideDialog } from "../decide/decide_dialog";
import { OUTCOME_ICONS, formatDue } from "../log_attempt/log_attempt";
import { Timeline } from "../timeline/timeline";
import { Outbox } from "./outbox";

const { DateTime } = luxon;

/** The key of each outcome, by its place on the keyboard: it works in any layout. */
const OUTCOME_KEYS = {
    reached: "KeyR",
    no_answer: "KeyN",
    left_message: "KeyM",
    busy: "KeyB",
    wrong_number: "KeyW",
    call_back: "KeyC",
    meeting: "KeyG",
    quote_sent: "KeyQ",
    not_now: "KeyL",
    not_interested: "KeyI",
    unfit: "KeyU",
};

/** Where a letter is text; on a box that is ticked it is a key as anywhere. */
const TYPED_IN = "input:not([type=checkbox]), textarea, select";

const letterOf = (code) => code.slice(-1);

/** Minutes before a promised call at which the alarm can ring; -1: no alarm. */
const REMINDERS = [-1, 0, 5, 15, 30, 60];
const DEFAULT_REMINDER = 15;

/** Months after which a lead that is not ripe can come back. */
const RESTS = [1, 3, 6];

/** States of a criterion in the order in which its key goes through them, and how each looks. */
const CRITERION_STATES = ["unknown", "open", "confirmed", "failed"];
const CRITERION_LOOKS = {
    unknown: "fa-question-circle-o text-muted",
    open: "fa-adjust text-warning",
    confirmed: "fa-check-circle text-success",
    failed: "fa-times-circle text-danger",
};

/**
 * The rep's day: one lead at a time, one key per outcome, and the next lead is already
 * there. Which lead is next is the server's to say (crm_lead_queue.py).
 */
export class MyDay extends Component {
    static template = "leadya_crm.MyDay";
    static components = { DateTimeInput, Layout, Timeline };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.dialog = useService("dialog");
        this.state = useState({
            current: null,
            note: "",
            means: "call",
            asking: null,
            waiting: 0,
            isOffline: false,
            now: Date.now(),
        });
        this.skipped = [];
        this.upcoming = null;
        this.outbox = new Outbox((entry) => this.send(entry), {
            onSent: (entry, result) => this.onSent(entry, result),
            onRefused: (entry, error) => this.onRefused(entry, error),
            onChange: (count) => (this.state.waiting = count),
        });
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev));
        useExternalListener(window, "online", () => this.onReachable());
        onWillStart(() => this.start());
        onMounted(() => this.outbox.flush());
        const unsubscribe = useService("leadya_ticker").subscribe(
            () => (this.state.now = Date.now())
        );
        onWillUnmount(() => {
            unsubscribe();
            this.outbox.destroy();
        });
    }

    async start() {
        this.state.waiting = this.outbox.entries.length;
        const [outcomes, reasons, labels] = await Promise.all([
            this.orm.call("crm.lead", "leadya_queue_outcomes", []),
            this.orm.searchRead("crm.lost.reason", [], ["name"], { limit: 30 }),
            this.orm.call("crm.lead", "fields_get", [["bant_need"]]),
        ]);
        Object.assign(this, { outcomes, reasons, labels });
        this.state.current = await this.fetchNext([]);
        this.prefetch();
    }

    // ------------------------------------------------------------
    // The queue
    // ------------------------------------------------------------

    /** The next lead, other than those put off and those on their way to the server. */
    fetchNext(besides) {
        const pending = this.outbox.entries.map(({ leadId }) => leadId);
        return this.orm.call("crm.lead", "leadya_queue_next", [
            [...this.skipped, ...pending, ...besides],
        ]);
    }

    /** Have the next lead here before it is asked for. */
    prefetch() {
        const lead = this.lead;
        this.upcoming = lead ? this.fetchNext([lead.id]).catch(() => null) : null;
    }

    async advance() {
        const upcoming = this.upcoming;
        Object.assign(this.state, { note: "", means: "call", asking: null });
        let next = await upcoming;
        try {
            next ||= await this.fetchNext(this.lead ? [this.lead.id] : []);
            this.state.isOffline = false;
        } catch {
            // Without a connection and without a next lead there is nothing to log: say so.
            this.state.isOffline = true;
            return;
        }
        this.state.current = next;
        this.prefetch();
    }

    /** The server can be reached again: go on where there was no next lead. */
    onReachable() {
        return this.state.isOffline && this.advance();
    }

    async onRefresh() {
        this.skipped = [];
        this.upcoming = null;
        await this.advance();
    }

    /** Not now: the lead comes up again when the rest of the queue is done. */
    async onSkip() {
        this.skipped.push(this.lead.id);
        await this.advance();
    }

    // ------------------------------------------------------------
    // Outcomes
    // ------------------------------------------------------------

    onOutcome(outcome) {
        // A lead of the pool rests again as it always does.
        const isKnown = outcome.asks === "rest" && this.lead.nurture_every_months;
        if (outcome.asks && !isKnown) {
            this.state.asking = { outcome, time: null, remind: DEFAULT_REMINDER };
            return;
        }
        this.log(outcome.value, {});
    }

    onTimeChosen(time) {
        if (!time || time <= DateTime.now()) {
            this.notification.add(_t("The time must be still to come."), { type: "warning" });
            return;
        }
        const { outcome, remind } = this.state.asking;
        this.log(outcome.value, {
            call_back_at: serializeDateTime(time),
            ...(remind >= 0 ? { remind_minutes: remind } : {}),
        });
    }

    onChosen(choice) {
        if (choice.time) {
            this.onTimeChosen(choice.time);
        } else if (choice.months) {
            this.onRestChosen(choice);
        } else {
            this.onReasonChosen(choice);
        }
    }

    onReasonChosen(reason) {
        this.log(this.state.asking.outcome.value, { lost_reason_id: reason.id });
    }

    onRestChosen(rest) {
        this.log(this.state.asking.outcome.value, { rest_months: rest.months });
    }

    /** Keep the outcome, and show the next lead without waiting for the server. */
    log(outcome, values) {
        const { lead } = this;
        const note = this.state.note.trim();
        const { means } = this.state;
        this.outbox.add({
            leadId: lead.id,
            name: lead.contact_name || lead.name,
            outcome,
            values: {
                ...values,
                ...(note ? { note } : {}),
                ...(means === "call" ? {} : { means }),
            },
        });
        return this.advance();
    }

    send({ leadId, outcome, key, values }) {
        return this.orm.silent.call(
            "crm.lead",
            "leadya_queue_log",
            [[leadId], outcome, key],
            values
        );
    }

    onSent({ name, outcome }, result) {
        this.onReachable();
        const label = this.outcomes?.find(({ value }) => value === outcome)?.label || outcome;
        const next = result?.[0]?.next_action_at && deserializeDateTime(result[0].next_action_at);
        this.notification.add(
            next
                ? _t("%(outcome)s. Next contact: %(time)s", {
                      outcome: label,
                      time: formatDue(next),
                  })
                : label,
            { type: "success", title: name }
        );
        this.refreshProgress();
    }

    async refreshProgress() {
        const progress = await this.orm.silent.call("crm.lead", "leadya_queue_progress", []);
        if (this.state.current) {
            this.state.current.progress = progress;
        }
    }

    onRefused({ name, leadId }, error) {
        this.notification.add(error.data?.message || error.message, {
            type: "danger",
            title: _t("Not logged: %s", name),
            sticky: true,
            buttons: [{ name: _t("Open"), onClick: () => this.openLead(leadId) }],
        });
    }

    // ------------------------------------------------------------
    // Keyboard
    // ------------------------------------------------------------

    onKeydown(ev) {
        const target = ev.target;
        const isTyping = target.isContentEditable || target.matches?.(TYPED_IN);
        if (ev.code === "Escape") {
            target.blur();
            this.state.asking = null;
            return;
        }
        if (
            !this.lead ||
            isTyping ||
            ev.altKey ||
            ev.ctrlKey ||
            ev.metaKey ||
            document.querySelector(".modal")
        ) {
            return;
        }
        const command = this.getCommand(ev.code, ev.shiftKey);
        if (command) {
            ev.preventDefault();
            ev.stopPropagation();
            command();
        }
    }

    getCommand(code, isBackward) {
        const { lead } = this;
        const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1];
        if (this.state.asking) {
            const choice = digit && this.choices[digit - 1];
            return choice && (() => this.onChosen(choice));
        }
        const outcome = this.outcomes.find(({ value }) => OUTCOME_KEYS[value] === code);
        if (outcome) {
            return () => this.onOutcome(outcome);
        }
        const criterion = digit && this.criteria[digit - 1];
        if (criterion) {
            return () => this.onCriterion(criterion, isBackward);
        }
        return {
            KeyH: () => this.onDecision(),
            KeyS: () => this.onSkip(),
            KeyO: () => this.openLead(this.lead.id),
            KeyE: () => this.onMail(),
            KeyD: () => this.follow("dial"),
            KeyA: () => this.follow("whatsapp"),
            KeyX: () => lead.offer.sms && this.onSms(),
            KeyV: () => this.onDecide(),
            KeyT: () => document.querySelector(".o_leadya_my_day textarea")?.focus(),
        }[code];
    }

    /** Follow one of the lead's links, as a click would. */
    follow(name) {
        document.querySelector(`.o_leadya_lead a[name=${name}]`)?.click();
    }

    keyOf(outcome) {
        return letterOf(OUTCOME_KEYS[outcome.value]);
    }

    iconOf(outcome) {
        return OUTCOME_ICONS[outcome.value];
    }

    // ------------------------------------------------------------
    // What is shown
    // ------------------------------------------------------------

    get lead() {
        return (!this.state.isOffline && this.state.current?.lead) || null;
    }

    get sectionLabel() {
        return {
            new: _t("Never contacted"),
            due: _t("Follow-up due"),
            unanswered: _t("Did not answer"),
            nurture: _t("Back from nurture"),
        }[this.state.current.section];
    }

    get progress() {
        const { done, left } = this.state.current.progress;
        const open = Object.values(left).reduce((sum, count) => sum + count, 0);
        return {
            done,
            left,
            open,
            percent: done + open ? Math.round((100 * done) / (done + open)) : 100,
        };
    }

    get doneText() {
        const { done, open } = this.progress;
        return _t("%(done)s done, %(left)s left", { done, left: open });
    }

    get waitingText() {
        const { waiting } = this.state;
        return waiting === 1
            ? _t("1 outcome is kept here, and will be sent when the server can be reached.")
            : _t(
                  "%s outcomes are kept here, and will be sent when the server can be reached.",
                  waiting
              );
    }

    get leftText() {
        const { left } = this.progress;
        return _t(
            "New %(new)s · Due %(due)s · No answer %(unanswered)s · Nurture %(nurture)s",
            left
        );
    }

    get promise() {
        const { sla_state: state, sla_deadline: deadline } = this.lead;
        return describePromise(state, deadline && deserializeDateTime(deadline), this.state.now);
    }

    /** The criteria of the lead, and the key of each. */
    get criteria() {
        const labels = Object.fromEntries(this.labels.bant_need?.selection || []);
        return (this.lead.criteria || []).map((criterion, index) => ({
            ...criterion,
            digit: index < 9 ? index + 1 : "",
            look: CRITERION_LOOKS[criterion.state],
            title: _t("%(criterion)s: %(state)s. A click, or its key, sets the next state.", {
                criterion: criterion.name,
                state: labels[criterion.state] || criterion.state,
            }),
            stateLabel: labels[criterion.state] || criterion.state,
        }));
    }

    get worth() {
        const { expected_revenue: revenue, company_currency: currency, probability } = this.lead;
        return revenue
            ? _t("%(revenue)s at %(probability)s %", {
                  revenue: formatCurrency(revenue, currency?.[0]),
                  probability: Math.round(probability),
              })
            : "";
    }

    /** What the order of work goes by, with what it is reckoned from. */
    get potential() {
        const {
            potential_score: potential,
            utility_score: utility,
            company_currency: currency,
        } = this.lead;
        if (!potential && !utility) {
            return "";
        }
        const amount = formatCurrency(potential || 0, currency?.[0]);
        return utility
            ? _t("Potential %(amount)s (+%(utility)s%)", { amount, utility })
            : _t("Potential %(amount)s", { amount });
    }

    get effort() {
        const { effort_days: days, effort_minutes: minutes } = this.lead;
        return _t("So far %(days)s days, %(minutes)s minutes", {
            days: days || 0,
            minutes: minutes || 0,
        });
    }

    get whatsapp() {
        const phone = (this.lead.phone || "").trim();
        const digits = phone.replace(/\D/g, "");
        // Only a number with its country can be written to.
        if (!phone.startsWith("+") || !digits) {
            return "";
        }
        const { message } = this.lead.offer;
        return `https://wa.me/${digits}${message ? `?text=${encodeURIComponent(message)}` : ""}`;
    }

    /** The step's means stands out. */
    lookOf(means) {
        return this.lead.offer.means === means ? "btn-primary" : "btn-secondary";
    }

    get question() {
        return { time: _t("When?"), rest: _t("When to call again?"), reason: _t("Why?") }[
            this.state.asking.outcome.asks
        ];
    }

    /** What one more key answers to what is asked. */
    get choices() {
        return { time: this.times, rest: this.rests, reason: this.reasons }[
            this.state.asking.outcome.asks
        ];
    }

    get rests() {
        // Told from one moment: a millisecond later, six months would be five.
        const base = DateTime.now();
        return RESTS.map((months) => {
            const due = base.plus({ months });
            const label = due.toRelative({ base, unit: "months" });
            return { months, label, due: formatDate(due) };
        });
    }

    get times() {
        const now = DateTime.now();
        const at = (days, hour, minute = 0) =>
            now.plus({ days }).set({ hour, minute, second: 0, millisecond: 0 });
        return [
            {
                label: _t("In one hour"),
                time: now.plus({ hours: 1 }).set({ second: 0, millisecond: 0 }),
            },
            { label: _t("Tomorrow morning"), time: at(1, 9, 30) },
            { label: _t("Tomorrow afternoon"), time: at(1, 14, 30) },
            { label: _t("In two days"), time: at(2, 10) },
            { label: _t("In a week"), time: at(7, 10) },
            { label: _t("In a month"), time: at(30, 10) },
        ].map((choice) => ({ ...choice, due: formatDue(choice.time) }));
    }

    get reminders() {
        return REMINDERS.map((minutes) => ({
            minutes,
            label:
                minutes < 0
                    ? _t("No alarm")
                    : minutes
                      ? _t("%s minutes before", minutes)
                      : _t("At that time"),
        }));
    }

    formatMoment(text) {
        return formatDateTime(deserializeDateTime(text));
    }

    // ------------------------------------------------------------
    // Out of the queue, and back
    // ------------------------------------------------------------

    openLead(leadId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.lead",
            res_id: leadId,
            views: [[false, "form"]],
        });
    }

    async onTick(point, done) {
        this.lead.protocol = await this.orm.call("crm.lead", "leadya_protocol_tick", [
            [this.lead.id],
            point.id,
            done,
        ]);
    }

    async onSms() {
        const action = await this.orm.call("crm.lead", "action_compose_step_sms", [[this.lead.id]]);
        await this.action.doAction(action, { onClose: () => this.reload() });
    }

    /** Drop, nurture or proceed: the lead is done with for now, and the next one comes. */
    onDecide() {
        const { id } = this.lead;
        this.dialog.add(DecideDialog, {
            leadIds: [id],
            onDecided: () => {
                this.skipped.push(id);
                return this.advance();
            },
        });
    }

    /** Set the next state of a criterion, or the one before. */
    async onCriterion({ id, state }, isBackward) {
        const { lead } = this;
        const step = isBackward ? -1 : 1;
        const index = CRITERION_STATES.indexOf(state) + step + CRITERION_STATES.length;
        const next = CRITERION_STATES[index % CRITERION_STATES.length];
        Object.assign(
            lead,
            await this.orm.call("crm.lead", "leadya_queue_qualify", [[lead.id], id, next])
        );
    }

    /** How the customer decides, one question at a time. */
    onDecision() {
        const { lead } = this;
        this.dialog.add(
            DecisionGuide,
            { resId: lead.id },
            {
                onClose: async () =>
                    Object.assign(
                        lead,
                        await this.orm.call("crm.lead", "leadya_queue_qualify", [[lead.id]])
                    ),
            }
        );
    }

    async onMail() {
        const action = await this.orm.call("crm.lead", "action_compose_step_mail", [
            [this.lead.id],
        ]);
        await this.action.doAction(action, { onClose: () => this.reload() });
    }

    /** The lead may have changed: a mail is a contact too. */
    async reload() {
        this.upcoming = null;
        this.state.current = await this.fetchNext([]);
        this.prefetch();
    }
}

registry.category("actions").add("leadya_my_day", MyDay);
