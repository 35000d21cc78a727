"""The manager's measures: how fast, how often, how many never; and whether scoring would pay.

All of it is worked out when it is asked for, from leads that the asking user may see.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

#: By what the measures can be split: the expression, and the model that names it.
GROUPINGS = {
    "user_id": "res.users",
    "team_id": "crm.team",
    "stage_id": "crm.stage",
    "sla_category_id": "leadya.sla.category",
    "channel_id": "leadya.channel",
    "niche_id": "leadya.niche",
    "keyword_id": "leadya.keyword",
    "hour": None,
    "weekday": None,
}

#: Least data for a predictive model, as Salesforce publishes it for Einstein.
SCORING_DAYS, SCORING_LEADS, SCORING_WON = 200, 1000, 120
#: Minutes of a contact where none are logged, and working minutes of a day.
CONTACT_MINUTES, DAY_MINUTES = 10, 8 * 60


class LeadyaMeasures(models.AbstractModel):
    _name = "leadya.measures"
    _description = "Response Measures"

    @api.model
    def leadya_measure(self, days=30, group_by="user_id"):
        """Measures of the leads that came in the last days, in all and by group.

        :param int days: 1 to 730
        :param str group_by: of ``GROUPINGS``
        :return: ``total`` and ``groups``, each with ``count``, ``answered``, ``never`` (percent without any attempt),
            ``attempts`` (mean), ``median`` and ``p90`` (minutes on the wall to the first contact), ``working_median``
            and ``working_p90`` (working minutes), ``kept`` (percent of promises); ``scoring``
        :rtype: dict
        :raises AccessError: for whoever does not work with leads
        :raises UserError: for a grouping or a span that there is not
        """
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(self.env._("Measures are for those who work with leads."))
        if group_by not in GROUPINGS:
            raise UserError(self.env._("Measures can't be split by %(name)s.", name=group_by))
        if not isinstance(days, int) or not 1 <= days <= 730:
            raise UserError(self.env._("Choose a span of 1 to 730 days."))
        [total] = self._measure(days, SQL("NULL::int"))
        groups = self._measure(days, self._get_group_sql(group_by))
        return {
            "total": total,
            "groups": self._name_groups(group_by, groups),
            "scoring": self._advise_scoring(),
        }

    @api.model
    def _get_group_sql(self, group_by):
        local = SQL("lead.create_date AT TIME ZONE 'UTC' AT TIME ZONE %s", self.env.user.tz or "UTC")
        if group_by == "hour":
            return SQL("EXTRACT(HOUR FROM %s)::int", local)
        if group_by == "weekday":
            return SQL("EXTRACT(ISODOW FROM %s)::int", local)
        return SQL.identifier("lead", group_by)

    @api.model
    def _measure(self, days, group):
        leads = self.env["crm.lead"].with_context(active_test=False)
        query = leads._search(self._get_lead_domain(days))
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT %(group)s AS key, COUNT(*) AS count, COUNT(lead.first_response_at) AS answered,
                       100.0 * COUNT(*) FILTER (WHERE COALESCE(lead.attempt_count, 0) = 0) / COUNT(*) AS never,
                       AVG(COALESCE(lead.attempt_count, 0))::float AS attempts,
                       PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY lead.first_response_minutes)
                           FILTER (WHERE lead.first_response_at IS NOT NULL) AS median,
                       PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY lead.first_response_minutes)
                           FILTER (WHERE lead.first_response_at IS NOT NULL) AS p90,
                       PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY clock.working_minutes) AS working_median,
                       PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY clock.working_minutes) AS working_p90,
                       100.0 * AVG(CASE WHEN clock.state = 'met' THEN 1.0
                                        WHEN clock.state IN ('met_late', 'breached') THEN 0.0 END) AS kept
                  FROM crm_lead AS lead
             LEFT JOIN leadya_sla_clock AS clock
                    ON clock.lead_id = lead.id AND clock.kind = 'first_response' AND clock.state != 'cancelled'
                 WHERE lead.id IN %(leads)s
              GROUP BY 1
              ORDER BY count DESC, 1
                 LIMIT 200
                """,
                group=group,
                leads=query.subselect(),
            )
        )
        return [{name: _number(value) for name, value in row.items()} for row in rows] or [_EMPTY]

    @api.model
    def _get_lead_domain(self, days):
        """Leads that arrived in the span; what became part of another lead counts once."""
        since = fields.Datetime.now() - timedelta(days=days)
        return [("create_date", ">=", since), ("merged_into_id", "=", False)]

    @api.model
    def _name_groups(self, group_by, groups):
        model = GROUPINGS[group_by]
        keys = [group["key"] for group in groups if group["key"]]
        names = {}
        if model:
            names = {record.id: record.display_name for record in self.env[model].sudo().browse(keys).exists()}
        named = [
            {**group, "name": names.get(group["key"]) or self._name_key(group_by, group["key"])} for group in groups
        ]
        return sorted(named, key=lambda group: group["key"] or 0) if group_by in ("hour", "weekday") else named

    @api.model
    def _name_key(self, group_by, key):
        if group_by == "hour" and key is not None:
            return f"{key:02d}:00"
        if group_by == "weekday" and key:
            return dict(self.env["leadya.sla.report"]._fields["weekday"]._description_selection(self.env))[str(key)]
        return self.env._("None")

    # ------------------------------------------------------------
    # DOES SCORING PAY?
    # ------------------------------------------------------------

    @api.model
    def _advise_scoring(self):
        """Inflow against capacity, and the data for a predictive model.

        Scoring pays only where more leads arrive than can be answered and it is clear what raises the odds; with less
        data than Salesforce asks for Einstein (1,000 leads and 120 won in 200 days) a model knows nothing. Otherwise
        everyone is called.

        :return: ``verdict`` (call_all, too_few_data or pays), ``inflow`` and ``capacity`` (leads a working day),
            ``leads`` and ``won`` of the last 200 days
        """
        inflow, capacity = self._get_inflow(), self._get_capacity()
        leads, won = self._get_learning_data()
        enough = leads >= SCORING_LEADS and won >= SCORING_WON
        verdict = "call_all" if inflow <= capacity else "pays" if enough else "too_few_data"
        return {
            "verdict": verdict,
            "inflow": round(inflow, 1),
            "capacity": round(capacity, 1),
            "leads": leads,
            "won": won,
            "needed": {"leads": SCORING_LEADS, "won": SCORING_WON, "days": SCORING_DAYS},
        }

    @api.model
    def _get_inflow(self):
        """Leads a working day, of the last 28 days: four weeks of five."""
        return self.env["crm.lead"].with_context(active_test=False).search_count(self._get_lead_domain(28)) / 20

    @api.model
    def _get_capacity(self):
        """Leads that the salespeople can answer a working day: working minutes by minutes and attempts a lead."""
        members = self.env["crm.team.member"].sudo().search([("user_id.active", "=", True)])
        people = len(members.user_id.filtered(lambda user: self.env.company in user.company_ids))
        [(minutes, attempts)] = self.env["leadya.contact.attempt"]._read_group(
            [("attempted_at", ">=", fields.Datetime.now() - timedelta(days=90)), ("minutes", ">", 0)],
            [],
            ["minutes:avg", "__count"],
        )
        each = minutes if attempts >= 20 else CONTACT_MINUTES
        tries = max(1.0, self._measure(90, SQL("NULL::int"))[0]["attempts"] or 1.0)
        return people * DAY_MINUTES / (each * tries)

    @api.model
    def _get_learning_data(self):
        leads = self.env["crm.lead"].with_context(active_test=False)
        domain = self._get_lead_domain(SCORING_DAYS)
        return leads.search_count(domain), leads.search_count([*domain, ("won_status", "=", "won")])


_EMPTY = {
    "key": None, "count": 0, "answered": 0, "never": None, "attempts": None, "median": None, "p90": None,
    "working_median": None, "working_p90": None, "kept": None,
}  # fmt: skip


def _number(value):
    return float(value) if value is not None and not isinstance(value, int) else value
