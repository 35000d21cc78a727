from odoo import fields, models
from odoo.tools import SQL

#: Months that the report goes back.
MONTHS = 24


class LeadyaFairnessReport(models.Model):
    """Who was given how many leads a month, how good, how many turned out bad, and how evenly.

    One row a month, team, salesperson and SLA category; members who were given nothing
    have a row too. The figure of inequality is of the team and month, the same in all
    their rows: the Gini coefficient of the members' leads against their capacities, 0
    where all have the same and near 1 where one has all. Source: Corrado Gini,
    *Variabilità e mutabilità*, Bologna 1912.
    """

    _name = "leadya.fairness.report"
    _description = "Fairness of Assignment"
    _auto = False
    _order = "month desc, team_id, leads desc"
    _rec_name = "user_id"

    month = fields.Date(readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    category_id = fields.Many2one("leadya.sla.category", string="SLA Category", readonly=True)
    leads = fields.Integer("Leads Given", readonly=True)
    good = fields.Integer("Good Ones", readonly=True, help="Fit leads of medium or high quality.")
    bad = fields.Integer(
        "Turned Out Bad",
        readonly=True,
        help="Unfit, without a working number, or lost for a reason that says the lead was bad.",
    )
    potential = fields.Float(
        readonly=True, help="Expected revenue times probability, in the currency of the company of each lead."
    )
    capacity = fields.Integer(readonly=True, aggregator="max", help="Leads in 30 days, as set on the member today.")
    gini = fields.Float(
        "Inequality (Gini)",
        readonly=True,
        digits=(16, 2),
        aggregator="avg",
        help="0: all members have the same share of their capacity. Near 1: one member has all. "
        "Source: C. Gini, Variabilità e mutabilità, 1912.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH member AS (
                SELECT crm_team_id AS team_id, user_id, MIN(create_date) AS since, MAX(assignment_max) AS capacity
                  FROM crm_team_member
                 WHERE active AND assignment_max > 0
              GROUP BY crm_team_id, user_id
            ), given AS (
                SELECT lead.team_id, lead.user_id, lead.sla_category_id AS category_id,
                       DATE_TRUNC('month', lead.date_open)::date AS month,
                       COUNT(*) AS leads,
                       COUNT(*) FILTER (
                           WHERE lead.triage_state = 'fit' AND lead.triage_quality IN (
                               SELECT code FROM leadya_triage_quality WHERE counts_as_good
                           )
                       ) AS good,
                       COUNT(*) FILTER (
                           WHERE lead.triage_state = 'unfit'
                              OR lead.last_outcome = 'wrong_number'
                              OR reason.leadya_bad_lead
                       ) AS bad,
                       SUM(lead.expected_revenue * lead.probability / 100.0) AS potential
                  FROM crm_lead AS lead
             LEFT JOIN crm_lost_reason AS reason ON reason.id = lead.lost_reason_id
                 WHERE lead.user_id IS NOT NULL AND lead.team_id IS NOT NULL
                   AND lead.date_open >= DATE_TRUNC('month', NOW() AT TIME ZONE 'UTC') - %(span)s * INTERVAL '1 month'
              GROUP BY lead.team_id, lead.user_id, lead.sla_category_id, DATE_TRUNC('month', lead.date_open)
            ), total AS (
                SELECT team_id, user_id, month, SUM(leads) AS leads FROM given GROUP BY team_id, user_id, month
            ), place AS (
                SELECT team.team_id, team.month, member.user_id, COALESCE(total.leads, 0) AS leads,
                       COALESCE(total.leads, 0)::float / member.capacity AS share
                  FROM (SELECT DISTINCT team_id, month FROM total) AS team
                  JOIN member ON member.team_id = team.team_id AND member.since < team.month + INTERVAL '1 month'
             LEFT JOIN total ON total.team_id = team.team_id AND total.user_id = member.user_id
                            AND total.month = team.month
            ), ranked AS (
                SELECT team_id, month, share,
                       ROW_NUMBER() OVER (PARTITION BY team_id, month ORDER BY share) AS rank
                  FROM place
            ), inequality AS (
                SELECT team_id, month,
                       CASE WHEN SUM(share) = 0 THEN 0
                            ELSE 2 * SUM(rank * share) / (COUNT(*) * SUM(share)) - (COUNT(*) + 1.0) / COUNT(*)
                        END AS gini
                  FROM ranked
              GROUP BY team_id, month
            ), cell AS (
                SELECT team_id, user_id, category_id, month, leads, good, bad, potential FROM given
             UNION ALL
                SELECT team_id, user_id, NULL, month, 0, 0, 0, 0 FROM place WHERE leads = 0
            )
            SELECT ROW_NUMBER() OVER (ORDER BY cell.month, cell.team_id, cell.user_id, cell.category_id) AS id,
                   cell.month, cell.team_id, cell.user_id, cell.category_id, cell.leads, cell.good, cell.bad,
                   cell.potential, team.company_id, member.capacity, GREATEST(inequality.gini, 0) AS gini
              FROM cell
              JOIN crm_team AS team ON team.id = cell.team_id
         LEFT JOIN member ON member.team_id = cell.team_id AND member.user_id = cell.user_id
         LEFT JOIN inequality ON inequality.team_id = cell.team_id AND inequality.month = cell.month
            """,
            span=MONTHS,
        )
