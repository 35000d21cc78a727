"""Finding what has become true, or untrue, of leads since they were last looked at.

How it works: leads come from the list of marks, in batches. What is true of them is read once for the batch, by the
milestones that every report uses, and held against the last entry of the ledger for each goal.
"""

import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError

from .leadya_import_job import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

#: Leads of one transaction.
BATCH_SIZE = 500
#: How often a batch is tried again when another worker is in its way.
CONCURRENCY_RETRIES = 5


class LeadyaConversion(models.Model):
    _inherit = "leadya.conversion"

    @api.model
    def _cron_collect(self):
        """Bring the ledger up to date with the leads on the list.

        Leads that another worker holds are left to it; what two workers find at once, a unique index lets in once.
        """
        self._expire()
        tries = 0
        while True:
            try:
                more = self._collect_batch()
            except CONCURRENCY_ERRORS:
                self.env.cr.rollback()
                tries += 1
                if tries > CONCURRENCY_RETRIES:
                    raise
                continue
            if not more:
                return
            tries = 0

    def _collect_batch(self):
        """Look at one batch of leads and commit it.

        :return: whether there is more, and time for it
        """
        Mark = self.env["leadya.conversion.mark"].sudo()
        marks = Mark.search([], limit=BATCH_SIZE).try_lock_for_update()
        if not marks:
            return False
        moments = {lead.id: max(of_lead.mapped("marked_at")) for lead, of_lead in marks.grouped("lead_id").items()}
        self._collect_safely(marks.lead_id, moments)
        marks.unlink()
        time_left = self.env["ir.cron"]._commit_progress(len(marks), remaining=Mark.search_count([], limit=BATCH_SIZE))
        self.env.invalidate_all()
        return bool(time_left)

    def _collect_safely(self, leads, moments):
        """One lead that cannot be looked at, for whatever reason, does not keep the others."""
        try:
            with self.env.cr.savepoint():
                self._collect(leads, moments)
        except CONCURRENCY_ERRORS:
            raise
        except Exception:  # whatever another module throws
            if len(leads) == 1:
                _logger.exception("Conversions of lead %s could not be collected", leads.id)
                return
            for lead in leads:
                self._collect_safely(lead, moments)

    @api.model
    def _expire(self):
        """What waited for too long is not sent any more: the platform would refuse it."""
        now = fields.Datetime.now()
        domain = [("state", "=", "todo"), ("kind", "=", "conversion"), ("expires_at", "<=", now)]
        self.sudo().search(domain).try_lock_for_update().write({"state": "expired"})

    # ------------------------------------------------------------
    # LEADS AGAINST LEDGER
    # ------------------------------------------------------------

    @api.model
    def _collect(self, leads, moments):
        """Add to the ledger what is newly true of leads, and take back what is no longer.

        :param leads: crm.lead
        :param dict moments: lead's id → when it changed last
        """
        goals = self.env["leadya.conversion.goal"].sudo().search([("mode", "!=", "off")])
        # What became part of another lead is told of that one.
        leads = leads.sudo().filtered(lambda lead: not lead.merged_into_id)
        if not goals or not leads:
            return
        reached, clicks = leads._conversion_get_reached(), leads._conversion_get_clicks()
        entries = self._get_last_entries(leads, goals)
        outcomes = [
            goal._decide(lead, reached[lead.id], clicks[lead.id], moments[lead.id], entries.get((lead, goal)))
            for goal in goals
            for lead in leads
            if not lead.company_id or lead.company_id == goal.company_id
        ]
        self._carry_out([outcome for outcome in outcomes if outcome])

    def _get_last_entries(self, leads, goals):
        """The last conversion of each lead and goal; what was taken back is known by its ``retraction_ids``."""
        rows = self.sudo().search(
            [("lead_id", "in", leads.ids), ("goal_id", "in", goals.ids), ("kind", "=", "conversion")],
            order="number, id",
        )
        return {(row.lead_id, row.goal_id): row for row in rows}

    def _is_standing(self):
        """Whether the platform believes, or is going to, that the event happened."""
        return self.state in ("todo", "sent", "expired") and not self.retraction_ids

    def _carry_out(self, outcomes):
        """Write what was decided: to the ledger where the goal is on, to the log of decisions in any case."""
        acting = [outcome for outcome in outcomes if outcome.goal.mode == "on"]
        self.browse({outcome.cancelled.id for outcome in acting if outcome.cancelled}).sudo().write(
            {"state": "cancelled"}
        )
        self._add([outcome.vals for outcome in acting if outcome.vals])
        tried = [outcome for outcome in outcomes if outcome.goal.mode == "trial"]
        decisions = [outcome.prepare_decision() for outcome in acting]
        self.env["leadya.decision.log"]._log(decisions + self._leave_out_known(tried))

    def _leave_out_known(self, tried):
        """On trial nothing is written that would tell next time that it was decided already: the log tells it.

        :param list[Outcome] tried: of goals on trial
        :return: decisions that are new, as values of ``leadya.decision.log``
        """
        if not tried:
            return []
        lead_ids = [outcome.lead.id for outcome in tried]
        domain = [("lead_id", "in", lead_ids), ("step", "=", "convert"), ("trial", "=", True)]
        logs = self.env["leadya.decision.log"].sudo().search_fetch(domain, ["lead_id", "code", "params"], order="id")
        known = {(log.lead_id.id, log.params["goal_id"]): log.code for log in logs}
        decisions = [{**outcome.prepare_decision(), "trial": True} for outcome in tried]
        return [
            decision
            for decision in decisions
            if known.get((decision["lead_id"], decision["params"]["goal_id"])) != decision["code"]
        ]

    @api.model
    def _add(self, rows):
        """Add rows to the ledger.

        :raises ConcurrencyError: another worker has just added one of them; what is done is to be done again
        """
        try:
            with self.env.cr.savepoint():
                self.sudo().create(rows)
        except psycopg2.errors.UniqueViolation as error:
            raise ConcurrencyError(str(error)) from error
