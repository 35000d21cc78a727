from odoo import fields, models

from ..tools.moments import utc
from ..tools.waiting import split_waiting

#: States of a promise that is still to be kept, and whose time runs.
OPEN_STATES = ("running", "at_risk", "breached")
#: The same, with those whose time stands still while the customer is waited for.
PENDING_STATES = (*OPEN_STATES, "paused")

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
    leads. A clock ends by a human contact, whose attempt is the evidence (kept, or kept
    late), or is cancelled. While the customer is waited for it stands still
    (``leadya_sla_clock_pause``); what time brings is in ``leadya_sla_clock_due``.
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
    # How long it took, and who was waited for
    wall_minutes = fields.Float("Minutes on the Wall")
    working_minutes = fields.Float(
        help="Working minutes from start to end, by the calendar of the promise, without those in which the customer "
        "was waited for."
    )
    waited_assignment = fields.Float("Waited for an Owner", help="Working minutes until the lead had a salesperson.")
    waited_rep = fields.Float("Waited for the Rep", help="Working minutes in which the salesperson was waited for.")
    waited_customer = fields.Float("Waited for the Customer", help="Working minutes in which the promise was paused.")
    waited_off_hours = fields.Float("Out of Hours", help="Minutes on the wall outside working hours.")
    attempt_id = fields.Many2one(
        "leadya.contact.attempt", string="Kept By", index="btree_not_null", ondelete="set null", help="The evidence."
    )

    # A partial index serves Odoo's queries only where its condition is the query's own.
    _deadline_index = models.Index("(deadline, id) WHERE state IN ('running', 'at_risk')")
    _at_risk_index = models.Index("(at_risk_at, id) WHERE state = 'running'")
    _one_open_a_kind = models.UniqueIndex(
        "(lead_id, kind) WHERE state IN ('running', 'at_risk', 'breached', 'paused')",
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
        pending = self.filtered(lambda clock: clock.state in PENDING_STATES)
        pending._resume(end_at)
        for clock, waiting in pending._measure(end_at).items():
            clock.write(
                {
                    "state": "met" if end_at <= clock.deadline else "met_late",
                    "end_at": end_at,
                    "attempt_id": attempt.id if attempt else False,
                    "wall_minutes": waiting.wall,
                    "working_minutes": waiting.used,
                    "waited_assignment": waiting.assignment,
                    "waited_rep": waiting.rep,
                    "waited_customer": waiting.customer,
                    "waited_off_hours": waiting.off_hours,
                }
            )

    def _cancel(self):
        """The promise no longer matters: the lead was won, lost or archived."""
        pending = self.filtered(lambda clock: clock.state in PENDING_STATES)
        pending.write({"state": "cancelled", "end_at": self.env.cr.now()})

    def _measure(self, end_at):
        """How long each promise has taken at a moment, by who was waited for.

        :param datetime end_at: UTC
        :rtype: dict[LeadyaSlaClock, Waiting]
        """
        measured = {}
        for (calendar, _zone), clocks in self.grouped(lambda clock: clock._get_hours()).items():
            first = min(clocks.mapped("start_at"))
            table = calendar._leadya_work_time(utc(first), utc(max(first, end_at)))
            for clock in clocks:
                measured[clock] = clock._split(table, end_at)
        return measured

    def _split(self, table, end_at):
        self.ensure_one()
        lead = self.lead_id
        assigned_at = lead.user_id and utc(lead.date_open or lead.create_date)
        return split_waiting(table, utc(self.start_at), utc(end_at), assigned_at or None, self._get_pauses())

    def _get_calendar(self):
        """The working hours that the promise runs in."""
        self.ensure_one()
        return self.category_id._get_calendar(self.company_id, self.time_zone)
