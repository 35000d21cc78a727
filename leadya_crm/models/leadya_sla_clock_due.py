"""What time brings to promises: they go on, come at risk, are broken; and who is told."""

import logging

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

#: One transaction flips at most so many clocks: small enough to be short for those who
#: work on the leads meanwhile, large enough for the notices to come as one a leader.
BATCH_SIZE = 500


class LeadyaSlaClock(models.Model):
    _inherit = "leadya.sla.clock"

    @api.model
    def _get_resumable_domain(self, now):
        return [("state", "=", "paused"), ("paused_until", "<=", now)]

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
        for domain, order, flip in self._get_scans(self.env.cr.now()):
            while self._flip_batch(domain, order, flip):
                pass

    def _get_scans(self, now):
        """What is looked for, in this order: domain, order (an index serves both), and what is done with it."""
        return [
            (self._get_resumable_domain(now), "paused_until, id", self._flip_resumed),
            (self._get_at_risk_domain(now), "at_risk_at, id", self._flip_at_risk),
            (self._get_breached_domain(now), "deadline, id", self._flip_breached),
        ]

    def _flip_batch(self, domain, order, flip):
        """Flip one batch and commit it; the number of clocks flipped."""
        clocks = self.search(domain, order=order, limit=BATCH_SIZE).try_lock_for_update()
        if not clocks:
            return 0
        flip(clocks)
        if not self.env["ir.cron"]._commit_progress(len(clocks), remaining=self.search_count(domain, limit=BATCH_SIZE)):
            return 0
        return len(clocks)

    def _flip_resumed(self, clocks):
        clocks._resume(self.env.cr.now())

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
