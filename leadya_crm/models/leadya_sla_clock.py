import logging

from odoo import api, fields, models

from ..tools.moments import utc

_logger = logging.getLogger(__name__)

#: States of a promise that is still to be kept.
OPEN_STATES = ("running", "at_risk", "breached")

#: One transaction flips at most so many clocks: small enough to be short for those who
#: work on the leads meanwhile, large enough for the notices to come as one a leader.
BATCH_SIZE = 500

STATES = [
    ("running", "On time"),
    ("at_risk", "At risk"),
    ("breached", "Late"),
    ("met", "Kept"),
    ("met_late", "Kept late"),
    ("paused", "Paused"),
    ("cancelled", "Cancelled"),
]


class LeadyaSlaClock(models.Model):
    """One promise on one lead.

    Deadlines are stored, so that what is due is found by index, whatever the number of
    leads. A clock ends by a contact attempt (kept, or kept late) or is cancelled.
    """

    _name = "leadya.sla.clock"
    _description = "SLA Clock"
    _order = "start_at desc, id desc"
    _rec_name = "kind"

    lead_id = fields.Many2one("crm.lead", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="lead_id.company_id", store=True, index="btree_not_null")
    category_id = fields.Many2one("leadya.sla.category", index="btree_not_null", ondelete="set null")
    kind = fields.Selection(
        [("first_response", "First response"), ("follow_up", "Follow-up"), ("stage", "Time in stage")],
        required=True,
        default="first_response",
    )
    start_at = fields.Datetime("Start", required=True)
    at_risk_at = fields.Datetime("At Risk From")
    deadline = fields.Datetime(required=True)
    end_at = fields.Datetime("End")
    state = fields.Selection(STATES, required=True, default="running", index=True)
    working_minutes = fields.Float(help="Working minutes from start to end, by the calendar of the promise.")
    attempt_id = fields.Many2one(
        "leadya.contact.attempt", string="Kept By", index="btree_not_null", ondelete="set null", help="The evidence."
    )

    # A partial index serves Odoo's queries only where its condition is the query's own.
    _deadline_index = models.Index("(deadline, id) WHERE state IN ('running', 'at_risk')")
    _at_risk_index = models.Index("(at_risk_at, id) WHERE state = 'running'")
    _one_open_a_kind = models.UniqueIndex(
        "(lead_id, kind) WHERE state IN ('running', 'at_risk', 'breached')",
        "A lead has one open promise of a kind at a time.",
    )
    _deadline_after_start = models.Constraint("CHECK(deadline >= start_at)", "A promise cannot end before it starts.")

    # ------------------------------------------------------------
    # LIFE OF A CLOCK
    # ------------------------------------------------------------

    def _stop(self, end_at, attempt=None):
        """The promise was kept, by the attempt that is the evidence.

        :param datetime end_at: when the customer was contacted (UTC)
        :param attempt: leadya.contact.attempt
        """
        for clock in self.filtered(lambda clock: clock.state in OPEN_STATES):
            clock.write(
                {
                    "state": "met" if end_at <= clock.deadline else "met_late",
                    "end_at": end_at,
                    "attempt_id": attempt.id if attempt else False,
                    "working_minutes": clock._get_working_minutes(end_at),
                }
            )

    def _cancel(self):
        """The promise no longer matters: the lead was won, lost or archived."""
        still_open = self.filtered(lambda clock: clock.state in (*OPEN_STATES, "paused"))
        still_open.write({"state": "cancelled", "end_at": self.env.cr.now()})

    def _get_working_minutes(self, end_at):
        self.ensure_one()
        calendar = self.category_id._get_calendar(self.company_id)
        start, end = utc(self.start_at), utc(max(self.start_at, end_at))
        return calendar._leadya_work_time(start, end).seconds_between(start, end) / 60

    # ------------------------------------------------------------
    # WHAT TIME BRINGS
    # ------------------------------------------------------------

    @api.model
    def _get_at_risk_domain(self, now):
        return [("state", "=", "running"), ("at_risk_at", "<=", now), ("deadline", ">", now)]

    @api.model
    def _get_breached_domain(self, now):
        return [("state", "in", ("running", "at_risk")), ("deadline", "<=", now)]

    @api.model
    def _cron_update_clocks(self):
        """Flip the clocks whose time has come, and tell the team leaders.

        Cost grows with what is due, not with what is stored. Rows that another worker
        holds are left to it.
        """
        now = self.env.cr.now()
        for domain, order, flip in (
            (self._get_at_risk_domain(now), "at_risk_at, id", self._flip_at_risk),
            (self._get_breached_domain(now), "deadline, id", self._flip_breached),
        ):
            while self._flip_batch(domain, order, flip):
                pass

    def _flip_batch(self, domain, order, flip):
        """Flip one batch and commit it; the number of clocks flipped."""
        clocks = self.search(domain, order=order, limit=BATCH_SIZE).try_lock_for_update()
        if not clocks:
            return 0
        flip(clocks)
        if not self.env["ir.cron"]._commit_progress(len(clocks), remaining=self.search_count(domain, limit=BATCH_SIZE)):
            return 0
        return len(clocks)

    def _flip_at_risk(self, clocks):
        clocks.write({"state": "at_risk"})

    def _flip_breached(self, clocks):
        clocks.write({"state": "breached"})
        first = clocks.filtered(lambda clock: clock.kind == "first_response")
        self.env["leadya.decision.log"]._log(
            [
                {
                    "lead_id": clock.lead_id.id,
                    "step": "clock",
                    "code": "breached",
                    "params": {"deadline": fields.Datetime.to_string(clock.deadline)},
                }
                for clock in first
            ]
        )
        first._reassign_safely()
        first.filtered("category_id.notify_leader")._notify_leaders_safely()

    def _reassign_safely(self):
        """Rules that say so give late leads to somebody else; the promises are marked in any case."""
        try:
            with self.env.cr.savepoint():
                self.lead_id._leadya_reassign("breach")
        except Exception:  # whatever a rule or another module throws
            _logger.exception("Late leads %s could not be given to others", self.lead_id.ids)

    def _notify_leaders_safely(self):
        """A notice that cannot be sent must not keep other promises from being marked."""
        try:
            with self.env.cr.savepoint():
                self._notify_leaders()
        except Exception:  # whatever a mail server, a template or another module throws
            _logger.exception("Team leaders could not be told of late leads %s", self.lead_id.ids)

    def _notify_leaders(self):
        """One notice a team leader, with the list of leads whose answer is late."""
        for leader, clocks in self.grouped(lambda clock: clock.lead_id.team_id.user_id).items():
            if leader and leader.active:
                clocks.lead_id._leadya_notify_user(
                    leader,
                    "leadya_crm.message_leads_breached",
                    lambda env, count: env._("%(count)s leads wait longer than promised", count=count),
                )
