"""Costs by what costs know nothing of: landing page, site, niche, or some of the leads.

A cost is borne in equal parts by the leads that it met: those of its keyword; where there are none, those of its
campaign that met no keyword's cost; else those of its channel that met neither. What met no lead at all is a row of
its own, so that the total stays what was paid.
"""

from odoo import api, models
from odoo.tools import SQL

from .leadya_figure_options import DIMENSIONS, UNMET_ID, UNMET_TEXT

#: By what a cost meets a lead, the closest first.
LEVELS = ("keyword_id", "campaign_id", "channel_id")
SUMS = ("impressions", "clicks", "cost")


class LeadyaAttributionFigures(models.AbstractModel):
    _inherit = "leadya.attribution.figures"

    @api.model
    def _get_shared_costs(self, options):
        """SELECT of (key, impressions, clicks, cost); builds upon ``full_credit`` and ``chosen_lead``."""
        steps = [step for number, level in enumerate(LEVELS) for step in self._get_share_steps(number, level)]
        return SQL(
            """
            WITH rest_0 AS MATERIALIZED (%(costs)s), credit_0 AS (SELECT * FROM full_credit), %(steps)s
            %(shares)s
            """,
            costs=self._get_summed_costs(options),
            steps=SQL(", ").join(steps),
            shares=SQL(" UNION ALL ").join(self._get_shares(options)),
        )

    @api.model
    def _get_summed_costs(self, options):
        return SQL(
            """
            SELECT %s, SUM(impressions)::float AS impressions, SUM(clicks)::float AS clicks, SUM(cost)::float AS cost
              FROM (%s) AS cost_row GROUP BY 1, 2, 3
            """,
            SQL(", ").join(SQL("COALESCE(%s, 0) AS %s", *[SQL.identifier(level)] * 2) for level in LEVELS),
            self._get_costs(options),
        )

    @api.model
    def _get_share_steps(self, number, level):
        """What a unit of credit bears at a level (``price``), and the costs and credits that are left for the next."""
        rest, credit, weight, price = (
            SQL.identifier(f"{name}_{number}") for name in ("rest", "credit", "weight", "price")
        )
        key = SQL.identifier(level)
        yield SQL("%s AS (SELECT %s, SUM(weight) AS weight FROM %s WHERE %s > 0 GROUP BY 1)", weight, key, credit, key)
        yield SQL(
            """
            %(price)s AS MATERIALIZED (
                SELECT %(key)s, %(sums)s FROM %(rest)s AS cost JOIN %(weight)s AS given USING (%(key)s)
              GROUP BY 1, given.weight)
            """,
            price=price,
            key=key,
            sums=SQL(", ").join(SQL("SUM(%s) / given.weight AS %s", *[SQL.identifier(name)] * 2) for name in SUMS),
            rest=rest,
            weight=weight,
        )
        for had, name in ((rest, "rest"), (credit, "credit")):
            yield SQL(
                """
                %(left)s AS MATERIALIZED (
                    SELECT * FROM %(had)s AS had
                     WHERE NOT EXISTS (SELECT FROM %(price)s AS met WHERE met.%(key)s = had.%(key)s))
                """,
                left=SQL.identifier(f"{name}_{number + 1}"),
                had=had,
                price=price,
                key=key,
            )

    @api.model
    def _get_shares(self, options):
        amounts = SQL(", ").join(SQL("given.weight * price.%s AS %s", *[SQL.identifier(s)] * 2) for s in SUMS)
        for number, level in enumerate(LEVELS):
            yield SQL(
                """
                SELECT given.key, %s FROM %s AS given JOIN %s AS price USING (%s)
                  JOIN chosen_lead AS bearer ON bearer.id = given.lead_id AND bearer.is_chosen
                """,
                amounts,
                SQL.identifier(f"credit_{number}"),
                SQL.identifier(f"price_{number}"),
                SQL.identifier(level),
            )
        if not options.is_narrowed:
            unmet = SQL("%s", UNMET_ID) if DIMENSIONS[options.dimension] else SQL("%s::varchar", UNMET_TEXT)
            yield SQL(
                "SELECT %s, %s FROM %s",
                unmet,
                SQL(", ").join(map(SQL.identifier, SUMS)),
                SQL.identifier(f"rest_{len(LEVELS)}"),
            )
