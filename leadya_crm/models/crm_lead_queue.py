"""The work queue: what does the rep do next?

SPECIFICATIONS

One lead at a time, in this order (Powerlink P2):

1. *new*: never contacted, by deadline; without one, the latest first;
2. *due*: follow-ups whose time has come, larger potential first (Z10);
3. *unanswered*: those who did not answer, whose next try has come (its time of day varies by itself);
4. *nurture*: leads that came back from a rest.

A rep's own leads come first; then, section by section, those of her teams that have no salesperson. Such a
lead is hers for some minutes (``leadya.queue.lease``), and hers for good with the first outcome.

Each section is one search by index for a handful of leads, so the next lead costs the same whatever is
stored. Old leads that nobody promised anything do not come up: the queue is for work that is due.
"""

from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .leadya_contact_attempt import CLOSING, FOUND, RESTING, TIMED, UNANSWERED

#: New leads without a promise come up for so many days; older ones are a backlog to be decided on, not a queue.
FRESH_DAYS = 14
#: Leads of a section that are looked at for one that no colleague has.
LOOK_AHEAD = 20

#: What is left is counted up to here: more than a day holds, and few enough to be counted for every lead that is shown.
COUNTED_AT_MOST = 200

SECTIONS = ("new", "due", "unanswered", "nurture")

#: Steps of leads that came back from a rest.
NURTURE_STEPS = ("nurture_due", "nurture_wrote_again", "nurture_reopened")

ORDERS = {
    "new": "sla_deadline NULLS LAST, create_date DESC, id DESC",
    "due": "potential_score DESC NULLS LAST, utility_score DESC NULLS LAST, expected_revenue DESC NULLS LAST,"
    " next_action_at, id",
    "unanswered": "next_action_at, id",
    "nurture": "next_action_at, id",
}


class CrmLead(models.Model):
    _inherit = "crm.lead"

    queue_lease_ids = fields.One2many(
        "leadya.queue.lease",
        "lead_id",
        "Lead in Somebody's Hands",
        readonly=True,
        copy=False,
        groups="base.group_system",
    )

    # Odoo's queries say `active IS TRUE`: a partial index serves them only in these words.
    # This one is in the order of the section to its last column: the first row is the answer.
    _queue_new_idx = models.Index(
        "(user_id, sla_deadline, create_date DESC, id DESC)"
        " WHERE first_response_at IS NULL AND active IS TRUE AND won_status = 'pending'"
    )
    _queue_due_idx = models.Index(
        "(user_id, next_action_at) WHERE next_action_at IS NOT NULL AND active IS TRUE"
        " AND (attempt_count > 0 OR first_response_at IS NOT NULL)"
    )

    # ------------------------------------------------------------
    # PUBLIC
    # ------------------------------------------------------------

    @api.model
    def leadya_queue_next(self, skip_ids=()):
        """The lead that the current user is to work on next, and how the day stands.

        :param list[int] skip_ids: leads that the user has put off for now
        :return: ``lead`` (see :meth:`_queue_describe`, False when all is done), ``section`` of it, and ``progress``:
            ``done`` today and what is ``left``, by section
        :rtype: dict
        """
        skipped = Domain("id", "not in", [int(lead_id) for lead_id in skip_ids])
        for owned in (True, False):
            for section in SECTIONS:
                lead = self._queue_pick(section, owned, skipped)
                if lead:
                    return {
                        "lead": lead._queue_describe(),
                        "section": section,
                        "progress": self.leadya_queue_progress(),
                    }
        return {"lead": False, "section": False, "progress": self.leadya_queue_progress()}

    @api.model
    def leadya_queue_outcomes(self):
        """The outcomes that can be chosen, and what each of them asks for.

        :return: dicts with ``value``, ``label``, ``asks`` ("time", "reason", "rest" or "")
        :rtype: list[dict]
        """
        labels = self.env["leadya.contact.attempt"]._fields["outcome"]._description_selection(self.env)
        asks = {
            **dict.fromkeys(TIMED, "time"),
            **dict.fromkeys(CLOSING, "reason"),
            **dict.fromkeys(RESTING, "rest"),
        }
        return [
            {
                "value": value,
                "label": label,
                "asks": asks.get(value, ""),
            }
            for value, label in labels
            if value not in FOUND
        ]

    def leadya_queue_log(self, outcome, client_key, **values):
        """Log an outcome from the queue; a lead without a salesperson becomes the user's.

        Sent again after a lost connection it does nothing: the attempt carries the screen's own key.

        :param str outcome: see :meth:`action_log_attempt`, whose other arguments may follow
        :param str client_key: the screen's name of this outcome
        :raises UserError: where a colleague has taken the lead meanwhile
        """
        self.ensure_one()
        if not self.user_id:
            if not self.env["leadya.queue.lease"]._take(self):
                raise UserError(self.env._("A colleague is on %(lead)s.", lead=self.display_name))
            self.user_id = self.env.user
        return self.action_log_attempt(outcome, client_key=client_key, **values)

    # ------------------------------------------------------------
    # CHOOSING
    # ------------------------------------------------------------

    @api.model
    def _queue_pick(self, section, owned, skipped):
        domain = self._queue_get_domain(section, owned) & skipped
        if owned:
            return self.search(domain, order=ORDERS[section], limit=1)
        lease = self.env["leadya.queue.lease"]
        domain &= Domain(lease._get_taken_domain())
        for lead in self.search(domain, order=ORDERS[section], limit=LOOK_AHEAD):
            if lease._take(lead):
                return lead
        return self.browse()

    @api.model
    def _queue_get_domain(self, section, owned=True):
        """Leads of a section: the user's own, or those of the user's teams that nobody has."""
        mine = Domain("user_id", "=", self.env.uid)
        if not owned:
            mine = Domain("user_id", "=", False) & Domain("team_id.member_ids", "in", self.env.uid)
        return (
            mine
            & Domain("active", "=", True)
            & Domain("won_status", "=", "pending")
            & Domain("nurture_resume_at", "=", False)
            & getattr(self, f"_queue_get_{section}_domain")(fields.Datetime.now())
        )

    @api.model
    def _queue_get_new_domain(self, now):
        fresh = Domain("sla_deadline", "!=", False) | Domain("create_date", ">=", now - timedelta(days=FRESH_DAYS))
        waiting = Domain("sla_state", "!=", "paused") | Domain("sla_state", "=", False)
        untouched = Domain("first_response_at", "=", False) & Domain("attempt_count", "=", 0)
        return untouched & fresh & waiting & ~self._queue_get_returned_domain()

    @api.model
    def _queue_get_contacted_domain(self, now):
        contacted = Domain("first_response_at", "!=", False) | Domain("attempt_count", ">", 0)
        return contacted & Domain("next_action_at", "<=", now)

    @api.model
    def _queue_get_due_domain(self, now):
        answered = Domain("last_outcome", "not in", UNANSWERED) | Domain("last_outcome", "=", False)
        return self._queue_get_contacted_domain(now) & answered & ~self._queue_get_returned_domain()

    @api.model
    def _queue_get_unanswered_domain(self, now):
        unanswered = Domain("last_outcome", "in", UNANSWERED)
        return self._queue_get_contacted_domain(now) & unanswered & ~self._queue_get_returned_domain()

    @api.model
    def _queue_get_nurture_domain(self, now):
        return Domain("next_action_at", "<=", now) & self._queue_get_returned_domain()

    @api.model
    def _queue_get_returned_domain(self):
        return Domain("activity_ids.leadya_step", "in", NURTURE_STEPS)

    # ------------------------------------------------------------
    # SHOWING
    # ------------------------------------------------------------

    @api.model
    def leadya_queue_progress(self):
        """How many contacts the user has made today, and what is left, by section (at most 200 are counted)."""
        local = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        midnight = local.replace(hour=0, minute=0, second=0).astimezone(timezone.utc).replace(tzinfo=None)
        done = self.env["leadya.contact.attempt"].search_count(
            [
                ("user_id", "=", self.env.uid),
                ("direction", "=", "outbound"),
                ("attempted_at", ">=", midnight),
            ]
        )
        return {"done": done, "left": {section: self._queue_count(section) for section in SECTIONS}}

    @api.model
    def _queue_count(self, section):
        # In the section's order, which its index has: to count in none, PostgreSQL would read all of the rep's leads.
        return len(self.search(self._queue_get_domain(section), order=ORDERS[section], limit=COUNTED_AT_MOST))

    def _queue_describe(self):
        """All that the rep needs on the screen for one lead, in one answer.

        :rtype: dict
        """
        self.ensure_one()
        # What the screen shows and no more: each many2one is a query for its name.
        names = {
            "name", "contact_name", "partner_name", "function", "email_from", "phone", "city", "description",
            "utm_term", "channel_id", "sla_state", "sla_deadline", "next_action_at", "expected_revenue", "probability",
            "company_currency", "qualification_model", "bant_budget", "bant_authority", "bant_need", "bant_timeframe",
            "missing_information", "type", "potential_score", "utility_score", "effort_minutes", "effort_days",
            "ripeness_warning", "information_needed",
            "nurture_every_months",
        }  # fmt: skip
        [values] = self.read(list(names))
        return {
            **values,
            "history": self.leadya_timeline(12),
            "offer": self._queue_describe_offer(),
            "protocol": self.leadya_protocol(),
            "advice": self.sla_category_id.sudo().description or "",
        }

    def _queue_describe_offer(self):
        """By which means to reach the customer, and what can be sent."""
        step = self._cadence_get_step()
        by_mail = bool(step.mail_template_id or step.means == "email") and self._can_be_written_to()
        template_sudo = step.sudo().mail_template_id if by_mail else self.env["mail.template"]
        return {
            "means": self._cadence_get_means(step),
            "sms": self._can_get_sms(),
            "message": self._cadence_get_message(),
            "template_id": template_sudo.id or False,
            "template": template_sudo.name or "",
            "attempt": self._cadence_count_unanswered() + 1,
            "attempts": self._cadence_get_max_attempts(),
        }

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_dependences(self, opportunities):
        """Whoever has a merged lead before them goes on with this one."""
        result = super()._merge_dependences(opportunities)
        opportunities.sudo().queue_lease_ids._move(self)
        return result
