"""The funnel 8-4-2-1: of eight enquiries four are relevant and meet, two get a quote, one closes (L11)."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .leadya_figure_options import prepare_transaction
from .leadya_measures import GROUPINGS as MEASURE_GROUPINGS

#: Share of enquiries that reach each step, as the method of lead management by Leadya gives it: 8-4-2-1.
BENCHMARK = {"leads": 1.0, "relevant": 4 / 8, "quoted": 2 / 8, "won": 1 / 8}
#: By what the funnel can be split: the lead's field, and the model that names it.
GROUPINGS = {
    **{name: MEASURE_GROUPINGS[name] for name in ("team_id", "user_id", "channel_id", "keyword_id")},
    "source_id": "utm.source",
    "campaign_id": "utm.campaign",
    "niche_id": "leadya.niche",
}
MAX_GROUPS = 200
MAX_DAYS = 1827


class LeadyaFunnel(models.AbstractModel):
    _name = "leadya.funnel"
    _description = "Funnel 8-4-2-1"

    @api.model
    def get_funnel(self, days=90, group_by="team_id"):
        """How far the leads of the last days came, in all and by group, beside the benchmark.

        Each step counts those who came further, too: a won lead had its quote, whether it was logged or not.

        :param int days: 1 to 1827
        :param str group_by: of ``GROUPINGS``
        :return: ``total`` and ``groups``, each with ``leads``, ``relevant`` (fit, and met), ``quoted``, ``won``;
            ``benchmark``: shares of the enquiries
        :rtype: dict
        :raises AccessError: for whoever does not work with leads
        :raises UserError: for a grouping or a span that there is not
        """
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(self.env._("The funnel is for those who work with leads."))
        if group_by not in GROUPINGS:
            raise UserError(self.env._("The funnel can't be split by %(name)s.", name=group_by))
        if type(days) is not int or not 1 <= days <= MAX_DAYS:
            raise UserError(self.env._("Choose a span of 1 to %(days)s days.", days=MAX_DAYS))
        rows = self._count(days, group_by)
        total = next(row for row in rows if row["is_total"])
        groups = [row for row in rows if not row["is_total"]]
        self._name_groups(group_by, groups)
        return {"total": total, "groups": groups, "benchmark": BENCHMARK}

    @api.model
    def _count(self, days, group_by):
        """One pass over the leads: every group, and all of them."""
        leads = self.env["crm.lead"].with_context(active_test=False)
        since = fields.Datetime.now() - timedelta(days=days)
        query = leads._search([("create_date", ">=", since), ("merged_into_id", "=", False)])
        leads._milestone_join(query)
        key = SQL.identifier("crm_lead", group_by)
        steps = [
            SQL("COUNT(*) FILTER (WHERE %s) AS %s", condition, SQL.identifier(name))
            for name, condition in leads._milestone_get_funnel().items()
        ]
        prepare_transaction(self.env)
        return self.env.execute_query_dict(
            SQL(
                "%s GROUP BY GROUPING SETS ((%s), ()) ORDER BY is_total DESC, leads DESC, key LIMIT %s",
                query.select(
                    SQL("GROUPING(%s) AS is_total", key), SQL("%s AS key", key), SQL("COUNT(*) AS leads"), *steps
                ),
                key,
                MAX_GROUPS + 1,
            )
        )

    @api.model
    def _name_groups(self, group_by, groups):
        records = self.env[GROUPINGS[group_by]].sudo().browse([group["key"] for group in groups if group["key"]])
        names = {record.id: record.display_name for record in records.exists()}
        for group in groups:
            group["name"] = names.get(group["key"]) or self.env._("None")
