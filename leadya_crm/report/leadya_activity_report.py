from odoo import fields, models
from odoo.tools import SQL

from ..models.leadya_contact_attempt import MEANS


class LeadyaActivityReport(models.Model):
    """What each rep had planned on leads, and what became of it; one row an activity or a contact.

    An activity is *planned* for a day. Done by that day it is *in time*, done after it *late*, not done although
    its day has passed *missed*. A contact without a plan (a call that came in between, a mail) is *unplanned*: it
    counts as work done, and for or against nobody. A contact that closes a planned call is told by that call, so that
    no work is counted twice; its minutes are the call's.

    Days are those of the user whose activity it is. What was cancelled, because the customer wrote or a colleague
    called, is no row.
    """

    _name = "leadya.activity.report"
    _description = "Activities per Salesperson"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "lead_id"

    lead_id = fields.Many2one("crm.lead", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    channel_id = fields.Many2one("leadya.channel", readonly=True)
    niche_id = fields.Many2one("leadya.niche", "Market Niche", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    activity_type_id = fields.Many2one("mail.activity.type", readonly=True)
    means = fields.Selection(MEANS, readonly=True)
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("missed", "Overdue"),
            ("in_time", "Done in time"),
            ("late", "Done late"),
            ("unplanned", "Done without a plan"),
        ],
        readonly=True,
    )
    date = fields.Date(readonly=True, help="Planned for; of what was not planned: done on.")
    date_done = fields.Date("Done On", readonly=True)
    planned = fields.Integer("Planned in All", readonly=True)
    done = fields.Integer("Done in All", readonly=True)
    in_time = fields.Integer("Done in Time", readonly=True)
    late = fields.Integer("Not in Time", readonly=True, help="Done late, or overdue and not done.")
    in_time_percent = fields.Float("In Time (%)", aggregator="avg", readonly=True)
    minutes = fields.Integer("Minutes Spent", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT work.id, work.lead_id, work.user_id, work.activity_type_id, work.means, work.date, work.date_done,
                   work.state, work.minutes,
                   lead.company_id, lead.team_id, lead.channel_id, lead.niche_id, lead.stage_id,
                   (work.state != 'unplanned')::int AS planned,
                   (work.state IN ('in_time', 'late', 'unplanned'))::int AS done,
                   (work.state = 'in_time')::int AS in_time,
                   (work.state IN ('late', 'missed'))::int AS late,
                   CASE work.state WHEN 'in_time' THEN 100.0 WHEN 'late' THEN 0.0 WHEN 'missed' THEN 0.0 END
                       AS in_time_percent
              FROM (%(activities)s UNION ALL %(attempts)s) AS work
              JOIN crm_lead AS lead ON lead.id = work.lead_id
             WHERE lead.merged_into_id IS NULL
            """,
            activities=self._get_activities_sql(),
            attempts=self._get_attempts_sql(),
        )

    def _get_activities_sql(self):
        """Activities on leads, done ones too; their numbers are even, those of attempts odd.

        Odoo keeps the day of doing in UTC: where an attempt tells the moment, it is the user's own day.
        """
        return SQL(
            """
            SELECT activity.id * 2 AS id, activity.res_id AS lead_id, activity.user_id, activity.activity_type_id,
                   told.means, activity.date_deadline AS date, day.done AS date_done,
                   CASE WHEN day.done IS NULL AND activity.date_deadline < %(today)s THEN 'missed'
                        WHEN day.done IS NULL THEN 'planned'
                        WHEN day.done <= activity.date_deadline THEN 'in_time'
                        ELSE 'late' END AS state,
                   COALESCE(told.minutes, 0) AS minutes
              FROM mail_activity AS activity
         LEFT JOIN leadya_contact_attempt AS told ON told.activity_id = activity.id
         LEFT JOIN res_users AS users ON users.id = activity.user_id
         LEFT JOIN res_partner AS partner ON partner.id = users.partner_id
CROSS JOIN LATERAL (SELECT CASE WHEN activity.active IS NOT TRUE
                                THEN COALESCE(%(told_day)s, activity.date_done) END AS done) AS day
             WHERE activity.res_model = 'crm.lead' AND activity.user_id IS NOT NULL
               AND (activity.active IS TRUE OR activity.date_done IS NOT NULL)
            """,
            today=fields.Date.context_today(self),
            told_day=self._get_day_sql("told"),
        )

    def _get_attempts_sql(self):
        """What we did without a plan."""
        return SQL(
            """
            SELECT attempt.id * 2 + 1, attempt.lead_id, attempt.user_id, NULL::int,
                   attempt.means, %(day)s, %(day)s, 'unplanned', COALESCE(attempt.minutes, 0)
              FROM leadya_contact_attempt AS attempt
              JOIN res_users AS users ON users.id = attempt.user_id
              JOIN res_partner AS partner ON partner.id = users.partner_id
             WHERE attempt.direction = 'outbound' AND attempt.activity_id IS NULL
            """,
            day=self._get_day_sql("attempt"),
        )

    def _get_day_sql(self, alias):
        """The day of an attempt, where the user is."""
        moment = SQL.identifier(alias, "attempted_at")
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE COALESCE(partner.tz, 'UTC'))::date", moment)
