from odoo import fields, models
from odoo.tools import SQL

from ..models.leadya_sla_clock import STATES

WEEKDAYS = [
    ("1", "Monday"),
    ("2", "Tuesday"),
    ("3", "Wednesday"),
    ("4", "Thursday"),
    ("5", "Friday"),
    ("6", "Saturday"),
    ("7", "Sunday"),
]


class LeadyaSlaReport(models.Model):
    """Promises and how they were kept, one row a promise.

    ``kept`` averages to the compliance: the share of promises kept in time among those
    whose time has come. Promises still running are not counted for or against anybody.
    """

    _name = "leadya.sla.report"
    _description = "SLA Compliance"
    _auto = False
    _order = "start_at desc"
    _rec_name = "lead_id"

    lead_id = fields.Many2one("crm.lead", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    channel_id = fields.Many2one("leadya.channel", readonly=True)
    keyword_id = fields.Many2one("leadya.keyword", readonly=True)
    niche_id = fields.Many2one("leadya.niche", "Market Niche", readonly=True)
    category_id = fields.Many2one("leadya.sla.category", string="SLA Category", readonly=True)
    kind = fields.Selection(
        [("first_response", "First response"), ("follow_up", "Follow-up"), ("stage", "Time in stage")], readonly=True
    )
    state = fields.Selection(STATES, readonly=True)
    start_at = fields.Datetime("Promised On", readonly=True)
    deadline = fields.Datetime(readonly=True)
    end_at = fields.Datetime("Contacted On", readonly=True)
    kept = fields.Float("Kept in Time (%)", aggregator="avg", readonly=True)
    wall_minutes = fields.Float("Minutes on the Wall", aggregator="avg", readonly=True)
    working_minutes = fields.Float(aggregator="avg", readonly=True)
    waited_assignment = fields.Float("Waited for an Owner", aggregator="avg", readonly=True)
    waited_rep = fields.Float("Waited for the Rep", aggregator="avg", readonly=True)
    waited_customer = fields.Float("Waited for the Customer", aggregator="avg", readonly=True)
    waited_off_hours = fields.Float("Out of Hours", aggregator="avg", readonly=True)
    hour = fields.Integer("Hour of Day", aggregator=None, readonly=True, help="At which the lead came, in UTC.")
    weekday = fields.Selection(WEEKDAYS, readonly=True, help="On which the lead came, in UTC.")
    attempts = fields.Float("Attempts per Lead", digits=(16, 1), aggregator="avg", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT clock.id, clock.lead_id, clock.category_id, clock.kind, clock.state,
                   clock.start_at, clock.deadline, clock.end_at, clock.working_minutes,
                   clock.waited_assignment, clock.waited_rep, clock.waited_customer, clock.waited_off_hours,
                   EXTRACT(HOUR FROM clock.start_at)::int AS hour,
                   EXTRACT(ISODOW FROM clock.start_at)::int::varchar AS weekday,
                   lead.company_id, lead.user_id, lead.team_id, lead.channel_id, lead.keyword_id, lead.niche_id,
                   COALESCE(lead.attempt_count, 0) AS attempts,
                   CASE clock.state WHEN 'met' THEN 100.0
                                    WHEN 'met_late' THEN 0.0
                                    WHEN 'breached' THEN 0.0 END AS kept,
                   EXTRACT(EPOCH FROM clock.end_at - clock.start_at) / 60.0 AS wall_minutes
              FROM leadya_sla_clock AS clock
              JOIN crm_lead AS lead ON lead.id = clock.lead_id
             WHERE clock.state != 'cancelled' AND lead.merged_into_id IS NULL
            """
        )
