"""Contact attempts, and the next step that each of them leads to.

How to use: ``action_log_attempt(outcome)`` is what the rep's one click calls.

How it works: an attempt is the evidence that the customer was contacted. It keeps the
running promise, closes the call that was scheduled, and sets the next step: nobody is
left without one. Corridor, step "first step", schedules the first call by the same
means.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from pytz import timezone as pytz_timezone

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from ..tools.moments import naive, utc
from ..tools.vary import vary
from .leadya_contact_attempt import CLOSING, FOUND, MEANS, OUTCOMES, RESTING, TIMED, UNANSWERED
from .leadya_sla_clock import OPEN_STATES

CALL = "mail.mail_activity_data_call"
TODO = "mail.mail_activity_data_todo"
MEETING = "mail.mail_activity_data_meeting"

#: What an attempt leads to: the kind of next step, by outcome. All others are tried again.
NEXT_STEPS = {
    "reached": "follow_up",
    "quote_sent": "follow_up",
    "wrote": "follow_up",
    "met": "follow_up",
    "call_back": "retry",
    "meeting": "meeting",
    "wrong_number": "find_number",
    "replied": "answer",
}
ACTIVITY_TYPES = {"find_number": TODO, "decide": TODO, "answer": TODO, "wait": TODO, "meeting": MEETING}

#: Without a category, which says better: a customer who did not answer is tried again
#: after half a working day, and one who was spoken to is called in two (Powerlink P5).
DEFAULT_RETRY_HOURS = 4
DEFAULT_FOLLOW_UP_DAYS = 2
WORKDAY_HOURS = 8
#: A customer who wrote back is waiting.
DEFAULT_ANSWER_MINUTES = 60


class CrmLead(models.Model):
    _inherit = "crm.lead"

    attempt_ids = fields.One2many("leadya.contact.attempt", "lead_id", string="Contact Attempts")
    attempt_count = fields.Integer("Attempts", default=0, copy=False, readonly=True, measured=True, aggregator="avg")
    last_attempt_at = fields.Datetime("Last Attempt", copy=False, readonly=True, measured=True)
    last_outcome = fields.Selection(OUTCOMES, copy=False, readonly=True, measured=True)
    next_action_at = fields.Datetime(
        "Next Action", copy=False, index="btree_not_null", help="When the customer is to be contacted next."
    )

    def write(self, vals):
        result = super().write(vals)
        if not {"active", "stage_id", "probability"}.isdisjoint(vals):
            self._cadence_end_closed()
        return result

    def _cadence_end_closed(self):
        """Nobody needs to call for a lead that was won, lost or archived."""
        closed = self.filtered(
            lambda lead: lead.next_action_at and (not lead.active or lead.won_status != "pending")
        ).sudo()
        if closed:
            closed._cadence_get_activities().unlink()
            closed.next_action_at = False

    # ------------------------------------------------------------
    # CORRIDOR
    # ------------------------------------------------------------

    def _leadya_schedule_first_step(self):
        """A call for the owner of each lead whose answer is promised, due with the promise."""
        promised = self.filtered(
            lambda lead: lead.sla_state in OPEN_STATES and lead.user_id and lead.sla_category_id.handling == "active"
        )
        # Only a lead that has a next action can have its activity already.
        planned = promised.filtered("next_action_at")
        if planned:
            promised -= promised.browse(planned._cadence_get_activities().mapped("res_id"))
        self._cadence_schedule([(lead, CALL, lead.sla_deadline, "first_call") for lead in promised])
        return [
            {
                "lead_id": lead.id,
                "step": "first_step",
                "code": "first_step",
                "params": {"user": lead.user_id.name, "deadline": fields.Datetime.to_string(lead.sla_deadline)},
            }
            for lead in promised
        ]

    def _sla_promise_again(self):
        """A customer whom we know is called again by then."""
        result = super()._sla_promise_again()
        known = self.filtered(lambda lead: lead.first_response_at and lead.sla_deadline and lead.user_id)
        self._cadence_schedule([(lead, CALL, lead.sla_deadline, "retry") for lead in known])
        return result

    # ------------------------------------------------------------
    # ATTEMPTS
    # ------------------------------------------------------------

    def action_log_attempt(
        self,
        outcome,
        call_back_at=None,
        note=None,
        means="call",
        minutes=0,
        lost_reason_id=None,
        client_key=None,
        remind_minutes=None,
        rest_months=None,
    ):
        """Log an attempt to reach the customer of each lead, and set the next step.

        :param str outcome: one of ``leadya.contact.attempt``'s, other than those that come with their evidence
        :param call_back_at: when the customer asked to be called, or to meet; a datetime in UTC or
            its text, needed for call_back and meeting
        :param str note: what was said
        :param str means: call, email, sms, whatsapp, message or meeting
        :param int minutes: time spent
        :param int lost_reason_id: why the work ends, needed for not_interested and unfit
        :param str client_key: the screen's own name of the attempt; the same one sent again logs nothing
        :param int remind_minutes: how long before ``call_back_at`` an alarm of the calendar pops up; None: none is set
        :param int rest_months: after how many months the lead comes back, needed for not_now where it does not
            come back every so many months anyway
        :return: the leads' new state, for the screen that shows it
        :rtype: list[dict]
        :raises AccessError: where the user may not write one of the leads
        :raises UserError: for an unknown outcome or means, a time that is missing or past, or no reason to close
        """
        self.check_access("write")
        if outcome in CLOSING and not lost_reason_id:
            raise UserError(self.env._("Choose why the work on the lead ends."))
        months_by_lead = self._nurture_get_months(rest_months) if outcome in RESTING else {}
        leads = self._cadence_without_logged(client_key)
        values_list = leads._cadence_prepare_attempts(outcome, call_back_at, note, means, minutes)
        for lead, values in zip(leads, values_list, strict=True):
            values["client_key"] = f"{client_key}:{lead.id}" if client_key else False
        # Attempts are evidence: a rep makes them by this action only, and cannot say when or by whom.
        attempts = self.env["leadya.contact.attempt"].sudo().create(values_list).with_env(self.env)
        for lead, attempt in zip(leads, attempts, strict=True):
            lead._cadence_apply(attempt)
            if remind_minutes is not None and attempt.call_back_at:
                lead._reminder_create(attempt.call_back_at, max(0, int(remind_minutes)))
        if outcome in CLOSING:
            leads._cadence_close(outcome, lost_reason_id)
        for lead in leads if outcome in RESTING else ():
            lead._nurture_rest(months_by_lead[lead])
        return self.read(["attempt_count", "last_outcome", "next_action_at", "sla_state", "sla_deadline"])

    def _cadence_without_logged(self, client_key):
        """Those of the leads for which the screen's attempt is not logged yet."""
        if not client_key:
            return self
        keys = [f"{client_key}:{lead.id}" for lead in self]
        return self - self.env["leadya.contact.attempt"].sudo().search([("client_key", "in", keys)]).lead_id

    def _cadence_close(self, outcome, lost_reason_id):
        if outcome == "unfit":
            self.write({"triage_state": "unfit", "triage_quality": False})
        self.action_set_lost(lost_reason_id=lost_reason_id)

    def action_open_attempt(self, outcome):
        """Ask what an outcome needs, a time or a reason, then log the attempt.

        :param str outcome: one of ``leadya.contact.attempt``'s
        """
        labels = dict(self.env["leadya.contact.attempt"]._fields["outcome"]._description_selection(self.env))
        return {
            "type": "ir.actions.act_window",
            "name": labels.get(outcome, ""),
            "res_model": "leadya.attempt.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_lead_ids": self.ids, "default_outcome": outcome, "dialog_size": "medium"},
        }

    def _cadence_prepare_attempts(self, outcome, call_back_at, note, means, minutes):
        if outcome not in dict(OUTCOMES) or outcome in FOUND:
            raise UserError(self.env._("There is no outcome called %(outcome)s.", outcome=outcome))
        if means not in dict(MEANS):
            raise UserError(self.env._("There is no means called %(means)s.", means=means))
        try:
            call_back_at = fields.Datetime.to_datetime(call_back_at) or False
        except ValueError as error:
            raise UserError(self.env._("%(text)s is not a time.", text=call_back_at)) from error
        if outcome in TIMED and (not call_back_at or call_back_at <= fields.Datetime.now()):
            raise UserError(self.env._("Say when to call back; the time must be still to come."))
        return [
            {
                "lead_id": lead.id,
                "outcome": outcome,
                "means": means,
                "minutes": minutes,
                "note": note,
                "call_back_at": call_back_at,
            }
            for lead in self
        ]

    def _cadence_apply(self, attempt):
        """What a contact changes: the promise, the count, the history, the next step."""
        self.ensure_one()
        # Promises and decisions are the module's own: a rep reads them, and does not write.
        lead_sudo = self.sudo()
        if attempt.outcome not in FOUND:
            self._cadence_close_activities(attempt)
        if attempt.direction == "inbound":
            lead_sudo._cadence_take_reply()
        else:
            lead_sudo._cadence_keep_promise(attempt)
        if self.active and self.won_status == "pending" and attempt.outcome not in (*CLOSING, *RESTING):
            lead_sudo._cadence_set_next_step(attempt)

    def _cadence_keep_promise(self, attempt):
        """We contacted the customer: the attempt is the evidence."""
        now = attempt.attempted_at
        self.sla_clock_ids.filtered(lambda clock: clock.kind != "stage")._stop(now, attempt)
        self.write(
            {
                "attempt_count": self.attempt_count + 1,
                "last_attempt_at": now,
                "last_outcome": attempt.outcome,
                **({} if self.first_response_at else self._cadence_get_first_response(now)),
            }
        )

    def _cadence_take_reply(self):
        """The customer wrote: nobody needs to be chased, and a promise that stood still is ours again."""
        self.sla_clock_ids.filtered(lambda clock: clock.kind != "stage")._cancel()
        self._cadence_get_activities().unlink()
        self.last_outcome = "replied"

    def _cadence_get_first_response(self, now):
        waited = max(timedelta(), now - self.create_date)
        return {"first_response_at": now, "first_response_minutes": round(waited.total_seconds() / 60)}

    def _cadence_close_activities(self, attempt):
        """The scheduled call is done; without one, the attempt is noted in the history."""
        text = self._cadence_describe(attempt)
        activities = self._cadence_get_activities()
        own = activities.filtered(lambda activity: activity.user_id == self.env.user)
        if own:
            attempt.sudo().activity_id = own[0]
            own.with_context(leadya_logging_attempt=True).action_feedback(feedback=text)
        else:
            self._message_log(body=text)
        # A colleague made the call: the owner need not make it again.
        (activities - own).sudo().unlink()

    def _cadence_describe(self, attempt):
        outcome = dict(attempt._fields["outcome"]._description_selection(self.env))[attempt.outcome]
        text = self.env._("Contact attempt: %(outcome)s", outcome=outcome)
        return f"{text}. {attempt.note}" if attempt.note else text

    def _cadence_get_activities(self):
        """Open calls and tasks that the module scheduled on the leads."""
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("leadya_step", "!=", False),
            ]
        )

    # ------------------------------------------------------------
    # NEXT STEP
    # ------------------------------------------------------------

    def _cadence_set_next_step(self, attempt):
        """Schedule what follows an attempt, and promise it where the lead has a category."""
        self.ensure_one()
        if attempt.outcome in FOUND and attempt.direction == "outbound" and self._cadence_get_activities():
            # A mail goes along with the calls that are planned; it does not take their place.
            return
        used_up = attempt.outcome in UNANSWERED and self._cadence_count_unanswered() >= self._cadence_get_max_attempts()
        if used_up:
            self._cadence_use_up()
            return
        due = self._cadence_get_due(attempt)
        step = NEXT_STEPS.get(attempt.outcome, "retry")
        planned = ACTIVITY_TYPES.get(step, CALL), step
        if attempt.outcome in UNANSWERED:
            planned = self._cadence_get_retry()
        self._cadence_schedule([(self, planned[0], due, planned[1])])
        self._cadence_promise_follow_up(attempt.attempted_at, due)

    def _cadence_get_retry(self):
        """How to try again, as the category's step says: an activity type (its id or XML id), and the kind of step."""
        step_sudo = self._cadence_get_step().sudo()
        means = self._cadence_get_means(step_sudo)
        if means != step_sudo.means:
            return CALL, "retry"
        return step_sudo.activity_type_id.id or CALL, "retry" if means == "call" else f"retry_{means}"

    def _cadence_wait(self, until, reason):
        """Nothing to do until the customer comes back, but to look whether they have."""
        for lead in self:
            lead_sudo = lead.sudo()
            lead_sudo._cadence_get_activities().unlink()
            lead_sudo.with_context(leadya_wait_reason=reason)._cadence_schedule([(lead_sudo, TODO, until, "wait")])

    def _cadence_count_unanswered(self):
        """How often the customer was tried without an answer since they were last spoken to."""
        return len(self._cadence_get_unanswered())

    def _cadence_get_unanswered(self):
        """Attempts without an answer since the customer was last spoken to, the latest first."""
        found = self.env["leadya.contact.attempt"]
        for attempt in self.attempt_ids.sorted(lambda attempt: (attempt.attempted_at, attempt.id), reverse=True):
            if attempt.outcome == "wrote":
                # The mail that goes along with a call is no attempt of its own.
                continue
            if attempt.outcome not in UNANSWERED:
                break
            found |= attempt
        return found

    def _cadence_get_max_attempts(self):
        return self.sla_category_id.max_attempts or self.env["leadya.sla.category"]._fields["max_attempts"].default(
            self
        )

    def _cadence_get_due(self, attempt):
        """When the next step falls due, in the working time of the lead's category."""
        if attempt.outcome in TIMED:
            return attempt.call_back_at
        step = NEXT_STEPS.get(attempt.outcome, "retry")
        if step == "follow_up":
            hours = (self.sla_category_id.follow_up_days or DEFAULT_FOLLOW_UP_DAYS) * WORKDAY_HOURS
        elif step == "answer":
            hours = (self.sla_category_id.response_minutes or DEFAULT_ANSWER_MINUTES) / 60
        elif step == "find_number":
            hours = DEFAULT_RETRY_HOURS
        else:
            step = self._cadence_get_step()
            hours = step.delay_hours if step else DEFAULT_RETRY_HOURS
        calendar, _zone = self.sla_category_id._get_hours(self)
        due = calendar._leadya_plan([utc(attempt.attempted_at)], [hours * 60])[0]
        # A calendar without hours must not leave the lead without a next step.
        due = naive(due) if due else attempt.attempted_at + relativedelta(hours=hours)
        return self._cadence_vary(calendar, due) if attempt.outcome in UNANSWERED else due

    def _cadence_get_step(self):
        """The category's step after the attempts made so far."""
        self.ensure_one()
        return self.sla_category_id._get_step(max(1, self._cadence_count_unanswered()))

    def _cadence_vary(self, calendar, due):
        """The next try at another time of day than those before, where the step asks for it."""
        if not self._cadence_get_step().vary_time:
            return due
        tried = [utc(attempt.attempted_at) for attempt in self._cadence_get_unanswered()]
        table = calendar._leadya_work_time(utc(due), utc(due) + timedelta(days=3))
        return naive(vary(table, utc(due), tried, calendar._leadya_get_zone()).timestamp())

    def _cadence_promise_follow_up(self, start, due):
        if self.sla_category_id.mode != "on":
            return
        clocks = self.env["leadya.sla.clock"]
        # The promise that was just kept makes room for the next of its kind.
        clocks.flush_model(["state"])
        clocks.create(
            {
                "lead_id": self.id,
                "category_id": self.sla_category_id.id,
                "kind": "follow_up",
                "time_zone": self.sla_category_id._get_zone(self),
                "start_at": start,
                "at_risk_at": start + (due - start) * self.sla_category_id.at_risk_percent / 100,
                "deadline": due,
            }
        )

    def _cadence_use_up(self):
        """All attempts were made without an answer: what the category says is done."""
        self.ensure_one()
        category = self.sla_category_id
        action = category.exhausted_action if category.mode == "on" else "rep"
        self._cadence_log_used_up()
        if action == "nurture":
            day = fields.Date.context_today(self) + timedelta(days=category.exhausted_nurture_days)
            self._leadya_start_nurture(day, category.exhausted_reason_id)
        elif action == "close":
            self.action_set_lost(lost_reason_id=category.exhausted_reason_id.id)
        else:
            self._cadence_hand_to_decide()

    def _cadence_hand_to_decide(self):
        """Somebody decides how the lead goes on."""
        leader = self.team_id.user_id
        by_leader = self.sla_category_id.exhausted_action == "leader" and leader.active
        user = leader if by_leader else self.user_id
        self._cadence_schedule([(self.with_context(leadya_step_user=user.id), TODO, self.env.cr.now(), "decide")])

    def _cadence_log_used_up(self):
        self.env["leadya.decision.log"]._log(
            [
                {
                    "lead_id": self.id,
                    "step": "attempt",
                    "code": "attempts_used_up",
                    "params": {"attempts": self._cadence_count_unanswered()},
                }
            ]
        )

    # ------------------------------------------------------------
    # ACTIVITIES
    # ------------------------------------------------------------

    @api.model
    def _cadence_schedule(self, steps):
        """Schedule next steps as activities, in one batch, and set ``next_action_at``.

        :param list steps: tuples of a lead, an activity type (its XML id or id), the moment
            it is due (UTC) and the kind of step
        """
        shared, values = {}, []
        for lead, activity_type, due, step in steps:
            key = (lead._cadence_get_caller(), activity_type, due, step)
            if key not in shared:
                shared[key] = self._cadence_prepare_activity(*key)
            values.append({**shared[key], "res_id": lead.id, "res_name": lead.name})
        # Who is given a lead is told of the lead; a notice for its first call would be a second one.
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(values)
        by_due = {}
        for lead, _type, due, _step in steps:
            by_due.setdefault(due, []).append(lead.id)
        for due, ids in by_due.items():
            self.browse(ids).with_prefetch(self._ids).write({"next_action_at": due})

    def _cadence_add_task(self, user, step):
        """A task about the leads for somebody, due today; their own next step stays as it is.

        Logging an attempt closes it as it closes the rep's own.
        """
        shared = self._cadence_prepare_activity(user, TODO, self.env.cr.now(), step)
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [{**shared, "res_id": lead.id, "res_name": lead.name} for lead in self]
        )

    def _cadence_get_caller(self):
        """Who is to take the next step: the owner, or the team's leader where the owner has left."""
        self.ensure_one()
        chosen = self.env["res.users"].browse(self.env.context.get("leadya_step_user"))
        caller = (chosen | self.user_id).filtered("active")[:1]
        if not caller and (self.user_id or self.env.uid == SUPERUSER_ID):
            caller = self.team_id.user_id.filtered("active")
        return caller or self.env.user

    @api.model
    def _cadence_prepare_activity(self, user, activity_type, due, step):
        """Values that activities of the same user, moment and kind of step have in common."""
        zone = pytz_timezone(user.tz or self.env.context.get("tz") or "UTC")
        local = utc(due).astimezone(zone)
        if isinstance(activity_type, str):
            activity_type = self.env["ir.model.data"]._xmlid_to_res_id(activity_type, raise_if_not_found=True)
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "activity_type_id": activity_type,
            "user_id": user.id,
            "user_tz": user.tz,
            "date_deadline": local.date(),
            "summary": self._cadence_get_summary(step, local, user),
            "automated": True,
            "leadya_step": step,
        }

    @api.model
    def _cadence_get_summary(self, step, local, user):
        env = self.with_context(lang=user.lang).env
        reason = self.env.context.get("leadya_wait_reason")
        return {
            "first_call": env._("First call, promised by %(time)s", time=local.strftime("%H:%M")),
            "retry": env._("Call again at %(time)s", time=local.strftime("%H:%M")),
            "retry_email": env._("Write again by e-mail at %(time)s", time=local.strftime("%H:%M")),
            "retry_sms": env._("Write an SMS at %(time)s", time=local.strftime("%H:%M")),
            "retry_whatsapp": env._("Write by WhatsApp at %(time)s", time=local.strftime("%H:%M")),
            "retry_message": env._("Send a message at %(time)s", time=local.strftime("%H:%M")),
            "retry_meeting": env._("Propose a meeting at %(time)s", time=local.strftime("%H:%M")),
            "bounced": env._("Mail came back: correct the address, or decide how to go on"),
            "opted_out": env._("The customer wants no more contact: decide how to go on"),
            "follow_up": env._("Follow up"),
            "find_number": env._("Wrong number: find the right one"),
            "escalated": env._("The promise is running out, and nobody has reached the customer"),
            "meeting": env._("Meeting at %(time)s", time=local.strftime("%H:%M")),
            "answer": env._("The customer wrote: answer by %(time)s", time=local.strftime("%H:%M")),
            "wait": env._("Did the customer come back to us? %(reason)s", reason=reason or "").strip(),
            "decide": env._("No answer after all attempts: decide how to go on"),
        }[step]

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "attempt_count", "last_attempt_at", "last_outcome", "next_action_at"]

    def _merge_get_fields_specific(self):
        """Attempts add up; the latest is the last, the earliest next action is next."""

        def latest(name, leads):
            return leads.filtered("last_attempt_at").sorted("last_attempt_at")[-1:][name] or False

        return {
            **super()._merge_get_fields_specific(),
            "attempt_count": lambda name, leads: sum(leads.mapped(name)),
            "last_attempt_at": latest,
            "last_outcome": latest,
            "next_action_at": lambda name, leads: min(filter(None, leads.mapped(name)), default=False),
        }

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        opportunities.sudo().attempt_ids.write({"lead_id": self.id})
        return result
