"""What each touch earns of its lead, in SQL, for reports over many leads.

How to use: ``leadya.touch._get_credit_query`` gives a query of shares for the leads of
another query; a report joins it and multiplies what it sums up by ``weight``.

How it works: touches of a lead are put in order once; all windows work on that order.
Only touches of the best rank of their lead earn: within the window, paid where paid ones
are preferred, telling more than "direct". It gives what ``tools.credit`` gives, which the
tests prove on random touches.
"""

from odoo import api, models
from odoo.tools import SQL

from ..tools.credit import END_SHARE, MAX_HALF_LIVES, SECONDS_A_DAY

#: Models in which one touch earns all.
WHOLE = ("first", "last", "last_paid")

#: Columns of a touch that a report is grouped by.
DIMENSIONS = ("channel_id", "keyword_id", "campaign_id", "source_id", "medium_id", "landing", "site")


class LeadyaTouch(models.Model):
    _inherit = "leadya.touch"

    @api.model
    def _get_credit_query(self, model, leads, window_days=None, half_life_days=None):
        """What each touch earns of its lead.

        Corrected touches are left out. A lead without any touch gives one row of its own
        fields, so that none is missing from a sum.

        :param str model: a key of ``ATTRIBUTION_MODELS``
        :param SQL leads: a query of the leads' ``id`` and ``create_date``
        :param int window_days: touches older than this before the lead's creation count only
            where there is nothing else; the company's setting if not given
        :param half_life_days: see ``tools.credit``; the company's setting if not given
        :return: a query with the columns ``lead_id``, ``touch_id``, ``channel_id``, ``keyword_id``,
            ``campaign_id``, ``source_id``, ``medium_id``, ``landing``, ``site`` and ``weight``; the weights
            of a lead sum to 1, and none is 0
        :rtype: SQL
        :raises KeyError: for a model that does not exist
        """
        company = self.env.company
        if window_days is None:
            window_days = company.leadya_attribution_window
        half_life = SQL("%s::float8", (half_life_days or company.leadya_half_life) * SECONDS_A_DAY)
        self.flush_model()
        self.env["crm.lead"].flush_model([*DIMENSIONS[:5], "landing_url", "create_date"])
        # Written once, even where the planner would rather run it twice.
        return SQL(
            """
            WITH chosen AS MATERIALIZED (%(leads)s)
            SELECT lead_id, touch_id, %(dimensions)s, weight FROM (%(shares)s) AS share WHERE weight > 0
             UNION ALL
            %(untouched)s
            """,
            leads=leads,
            dimensions=self._credit_list_dimensions(),
            shares=self._credit_get_shares(model, window_days, half_life),
            untouched=self._credit_get_untouched(),
        )

    @api.model
    def _credit_list_dimensions(self, alias=None):
        names = [SQL.identifier(alias, name) if alias else SQL.identifier(name) for name in DIMENSIONS]
        return SQL(", ").join(names)

    @api.model
    def _credit_get_shares(self, model, window_days, half_life):
        """The share of each touch, 0 of those that earn nothing."""
        if model in WHOLE:
            return self._credit_get_whole(model, window_days)
        return SQL(
            """
            SELECT lead_id, touch_id, %(dimensions)s, CASE WHEN best THEN %(weight)s ELSE 0.0 END::float8 AS weight
              FROM (%(ranked)s) AS ranked
            WINDOW lead AS (PARTITION BY lead_id, best)
            """,
            dimensions=self._credit_list_dimensions(),
            weight=self._credit_get_weight(model, half_life),
            ranked=self._credit_get_ranked(model, window_days),
        )

    @api.model
    def _credit_get_whole(self, model, window_days):
        """The one touch of each lead that earns all of it: a sort, where shares take several windows."""
        return SQL(
            """
            SELECT DISTINCT ON (lead_id) lead_id, touch_id, %(dimensions)s, 1.0::float8 AS weight
              FROM (%(touches)s) AS touch
          ORDER BY lead_id, rank DESC, touched_at %(direction)s, touch_id %(direction)s
            """,
            dimensions=self._credit_list_dimensions(),
            touches=self._credit_get_touches(model, window_days),
            direction=SQL("ASC") if model == "first" else SQL("DESC"),
        )

    @api.model
    def _credit_get_weight(self, model, half_life):
        """The share of one touch among those of the best rank; ``place`` counts them from the oldest."""
        end = SQL("%s::float8", END_SHARE)
        decay = SQL(
            "POWER(2.0::float8, -LEAST(EXTRACT(EPOCH FROM last_at - touched_at)::float8 / %s, %s))",
            half_life,
            MAX_HALF_LIVES,
        )
        weights = {
            "linear": SQL("1.0::float8 / count"),
            "position": SQL(
                "CASE WHEN count < 3 THEN 1.0::float8 / count WHEN place IN (1, count) THEN %(end)s"
                " ELSE (1.0 - 2 * %(end)s) / (count - 2) END",
                end=end,
            ),
            "time_decay": SQL("%(decay)s / SUM(%(decay)s) OVER lead", decay=decay),
        }
        return weights[model]

    @api.model
    def _credit_get_ranked(self, model, window_days):
        """All touches of the leads; of those of the best rank, their place among them."""
        return SQL(
            """
            SELECT *, rank = best_rank AS best,
                   ROW_NUMBER() OVER (PARTITION BY lead_id, rank ORDER BY touched_at, touch_id) AS place,
                   COUNT(*) OVER (PARTITION BY lead_id, rank) AS count,
                   MAX(touched_at) OVER (PARTITION BY lead_id, rank) AS last_at
              FROM (SELECT *, MAX(rank) OVER (PARTITION BY lead_id) AS best_rank FROM (%s) AS touch) AS touch
            """,
            self._credit_get_touches(model, window_days),
        )

    @api.model
    def _credit_get_touches(self, model, window_days):
        """Touches that hold, each with a rank by which it may earn before others of its lead."""
        return SQL(
            """
            SELECT touch.lead_id, touch.id AS touch_id, %(dimensions)s, touch.touched_at,
                   CASE WHEN touch.touched_at >= chosen.create_date - %(days)s * INTERVAL '1 day' THEN 4 ELSE 0 END
                   + CASE WHEN %(prefer_paid)s AND channel.is_paid THEN 2 ELSE 0 END
                   + CASE WHEN touch.channel_id != %(direct)s THEN 1 ELSE 0 END AS rank
              FROM chosen
              JOIN leadya_touch AS touch ON touch.lead_id = chosen.id AND touch.superseded_by_id IS NULL
              LEFT JOIN leadya_channel AS channel ON channel.id = touch.channel_id
            """,
            dimensions=self._credit_list_dimensions("touch"),
            days=window_days,
            prefer_paid=model == "last_paid",
            direct=self.env["leadya.channel"]._get_direct().id or 0,
        )

    @api.model
    def _credit_get_untouched(self):
        """Leads without a touch that holds: loaded with values of their own, past the corridor.

        Each lead is looked up by the index; joins would read all touches and leads of all times.
        """
        return SQL(
            """
            SELECT lead.id, NULL::int,
                   lead.channel_id, lead.keyword_id, lead.campaign_id, lead.source_id, lead.medium_id,
                   NULLIF(SUBSTRING(lead.landing_url FROM '^[^/?#]*//[^/?#]+([^?#]*)'), ''),
                   LOWER(SUBSTRING(lead.landing_url FROM '^[^/?#]*//(?:www\\.)?([^/?#:@]+)')), 1.0::float8
              FROM chosen
         LEFT JOIN LATERAL (SELECT touch.id FROM leadya_touch AS touch
                             WHERE touch.lead_id = chosen.id AND touch.superseded_by_id IS NULL LIMIT 1
                           ) AS touch ON TRUE
             CROSS JOIN LATERAL (SELECT * FROM crm_lead WHERE id = chosen.id AND touch.id IS NULL OFFSET 0) AS lead
             WHERE touch.id IS NULL
            """
        )
