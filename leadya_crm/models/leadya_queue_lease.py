from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: How long a lead of the shared queue stays with the rep who was shown it and says nothing.
LEASE_MINUTES = 15


class LeadyaQueueLease(models.Model):
    """A lead without a salesperson that a rep has before her, so that nobody else gets the same one.

    A table of its own: the lead itself is not written to, and so not locked, by being looked at. One statement
    takes a lease or leaves it to whoever was faster; what is not worked on is free again by itself.
    """

    _name = "leadya.queue.lease"
    _description = "Lead in Somebody's Hands"
    _log_access = False

    lead_id = fields.Many2one("crm.lead", required=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", required=True, index=True, ondelete="cascade")
    until = fields.Datetime(required=True)

    _one_a_lead = models.UniqueIndex("(lead_id)", "Somebody has this lead before them.")

    @api.model
    def _take(self, lead):
        """Take a lead for the current user; False where a colleague has it.

        Taking it again makes the lease longer.

        :param lead: crm.lead
        """
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO leadya_queue_lease AS lease (lead_id, user_id, until) VALUES (%(lead)s, %(user)s, %(until)s)
                ON CONFLICT (lead_id) DO UPDATE SET user_id = EXCLUDED.user_id, until = EXCLUDED.until
                      WHERE lease.user_id = EXCLUDED.user_id OR lease.until < %(now)s
                  RETURNING lead_id
                """,
                lead=lead.id,
                user=self.env.uid,
                until=now + timedelta(minutes=LEASE_MINUTES),
                now=now,
            )
        )
        self.invalidate_model()
        return bool(rows)

    def _move(self, lead):
        """What somebody has before them became part of another lead: it is that one then, unless it is taken too."""
        if not self:
            return
        now = fields.Datetime.now()
        live = self.filtered(lambda lease: lease.until >= now).sorted("until")[-1:]
        old = self.search([("lead_id", "=", lead.id)])
        if live and not (old and old.until >= now):
            old.unlink()
            live.lead_id = lead

    @api.model
    def _get_taken_domain(self):
        """Leads that others have before them, as condition on ``crm.lead``."""
        taken = self.sudo()._search([("user_id", "!=", self.env.uid), ("until", ">=", fields.Datetime.now())])
        return [("id", "not in", taken.subselect("lead_id"))]

    @api.autovacuum
    def _gc_old_leases(self):
        self.sudo().search([("until", "<", fields.Datetime.now() - timedelta(days=1))]).unlink()
