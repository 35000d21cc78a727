"""Which keyword, campaign, channel, page, site or niche earns, and which one burns.

Everything is worked out when it is asked for, under the attribution model chosen then. Leads are those that the
asking user may see; what advertising cost is for the marketing group alone.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..models.crm_lead_credit import write_credit
from ..tools.credit import ATTRIBUTION_MODELS
from .leadya_figure_options import (
    COST_DIMENSIONS,
    DIMENSIONS,
    MONEY,
    OPEN,
    UNMET_ID,
    UNMET_TEXT,
    parse_options,
    prepare_transaction,
)

GROUP_MONEY = "leadya_crm.group_marketing"


class LeadyaAttributionFigures(models.AbstractModel):
    _name = "leadya.attribution.figures"
    _description = "Figures of Marketing"

    @api.model
    def get_figures(self, options):
        """Figures of a span, by one dimension.

        Leads are weights by the attribution model: under the model *last* a lead counts whole for one key, under
        *linear* in parts for several; over all keys each lead counts once. Costs are those of the span, revenue is of
        the span's leads that were won meanwhile.

        :param dict options: see :func:`parse_options`
        :return: ``rows`` of the page and ``total``, each with ``key``, ``name``, ``impressions``, ``clicks``, ``cost``,
            ``leads``, ``judged``, ``fit``, ``qualified``, ``meetings``, ``quotes``, ``won``, ``revenue``,
            ``cost_per_…`` each, ``return`` (revenue by cost), ``median`` (minutes to the first answer), ``late`` (leads
            answered after the promise), ``money_at_risk`` (their part of the cost), ``spark`` (leads by week);
            ``count`` of all rows, ``currency_id``, ``has_money``, ``shared`` (costs were shared out by leads)
        :rtype: dict
        :raises AccessError: for whoever does not work with leads
        :raises UserError: where the options cannot be understood
        """
        self._check_reader()
        has_money = self._has_money()
        parsed = parse_options(self.env, options, (*OPEN, *(MONEY if has_money else ())))
        found = self._execute(parsed, has_money)
        total = next((row for row in found if row["is_total"]), {})
        rows = [row for row in found if not row["is_total"]]
        self._name_rows(parsed.dimension, rows)
        return {
            "rows": [self._prepare_row(parsed, row, has_money) for row in rows],
            "total": self._prepare_row(parsed, total, has_money),
            "count": rows[0]["row_count"] if rows else 0,
            "currency_id": self.env.company.currency_id.id,
            "has_money": has_money,
            "shared": has_money and (parsed.is_narrowed or parsed.dimension not in COST_DIMENSIONS),
        }

    @api.model
    def get_choices(self):
        """What a screen lets choose from: models, niches, teams, and who is looking.

        :rtype: dict
        :raises AccessError: for whoever does not work with leads
        """
        self._check_reader()
        labels = dict(ATTRIBUTION_MODELS)
        described = self.env["res.company"]._fields["leadya_attribution_model"]._description_selection(self.env)
        return {
            "models": [{"id": code, "name": name} for code, name in described if code in labels],
            "model": self.env.company.leadya_attribution_model,
            "niches": self._list_names("leadya.niche"),
            "teams": self._list_names("crm.team"),
            "has_money": self._has_money(),
            "is_manager": self.env.user.has_group("sales_team.group_sale_manager"),
        }

    @api.model
    def _list_names(self, model):
        records = self.env[model].search([])
        return [{"id": record.id, "name": record.display_name} for record in records]

    @api.model
    def _check_reader(self):
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(self.env._("Figures of marketing are for those who work with leads."))

    @api.model
    def _has_money(self):
        return self.env.user.has_group(GROUP_MONEY)

    @api.model
    def _execute(self, options, with_money):
        prepare_transaction(self.env)
        return self.env.execute_query_dict(self._get_statement(options, with_money))

    # ------------------------------------------------------------
    # ROWS
    # ------------------------------------------------------------

    @api.model
    def _name_rows(self, dimension, rows):
        """Give each row its name, and what else tells one key from another."""
        model = DIMENSIONS[dimension]
        if not model:
            for row in rows:
                row["name"] = {"": self.env._("None"), UNMET_TEXT: self._get_unmet_name()}.get(row["key"], row["key"])
            return
        records = self.env[model].sudo().browse([row["key"] for row in rows if row["key"] > 0]).exists()
        described = {record.id: self._describe(dimension, record) for record in records}
        for row in rows:
            nameless = self._get_unmet_name() if row["key"] == UNMET_ID else self.env._("None")
            row.update(described.get(row["key"]) or {"name": nameless})

    @api.model
    def _get_unmet_name(self):
        return self.env._("Met no lead")

    @api.model
    def _describe(self, dimension, record):
        described = {"name": record.display_name}
        if dimension == "keyword":
            places = [record.source_id.name, record.campaign_id.name, record.ad_group]
            described["detail"] = " · ".join(filter(None, places))
            described["verdict"] = record.with_env(self.env).verdict
            described["reason"] = record.verdict_reason if self._has_money() else ""
        return described

    @api.model
    def _prepare_row(self, options, row, has_money):
        names = (*OPEN, *(MONEY if has_money else ()))
        prepared = {name: _number(row.get(name)) for name in names}
        points = row.get("points") or {}
        return {
            **prepared,
            "key": row.get("key"),
            "name": row.get("name", ""),
            **{name: row.get(name) or "" for name in ("detail", "verdict", "reason")},
            "spark": [_number(points.get(str(point), 0)) for point in range(options.spark_points)],
        }

    @api.model
    def _get_keyword_rows(self, days):
        """Figures of all keywords in the last days, for the environment's company, with all rights.

        :param int days: up to today, itself included
        :return: see :meth:`get_figures`, without names
        :rtype: list[dict]
        """
        figures_sudo = self.sudo()
        today = fields.Date.context_today(self)
        given = {"dimension": "keyword", "date_from": today - timedelta(days=days - 1), "company": self.env.company.id}
        options = parse_options(figures_sudo.env, given, (*OPEN, *MONEY))
        prepare_transaction(self.env)
        facts = figures_sudo._get_facts(options, with_money=True)
        return self.env.execute_query_dict(SQL("WITH %s SELECT * FROM figure WHERE is_total = 0 AND key > 0", facts))

    # ------------------------------------------------------------
    # DRILL-DOWN
    # ------------------------------------------------------------

    @api.model
    def action_view_leads(self, options, key):
        """Open the leads behind a row: exactly those that have credit on the key, by the reader's own rights.

        :param options: as for :meth:`get_figures`
        :param key: of the row
        :raises UserError: where the options or the key cannot be understood
        """
        self._check_reader()
        parsed = parse_options(self.env, options, (*OPEN, *MONEY))
        row = {"key": self._check_key(parsed, key)}
        self._name_rows(parsed.dimension, [row])
        return {
            "type": "ir.actions.act_window",
            "name": row["name"],
            "res_model": "crm.lead",
            "view_mode": "list,kanban,form,pivot,graph",
            "views": [[False, name] for name in ("list", "kanban", "form", "pivot", "graph")],
            "domain": [("credited_to", "=", write_credit(parsed, key))],
            "context": {"active_test": False},
        }

    @api.model
    def _get_credited_leads(self, options, key):
        """Query of the ids of the leads that have credit on a key.

        :raises UserError: where the options or the key cannot be understood
        :rtype: SQL
        """
        parsed = parse_options(self.env, options, (*OPEN, *MONEY))
        prepare_transaction(self.env)
        return SQL(
            "(WITH %s SELECT lead_id FROM credit WHERE key = %s)",
            self._get_facts(parsed, with_money=False),
            self._check_key(parsed, key),
        )

    @api.model
    def _check_key(self, options, key):
        if type(key) is not (int if DIMENSIONS[options.dimension] else str):
            raise UserError(self.env._("Figures know no key “%(key)s”.", key=key))
        return key


def _number(value):
    return value if value is None or isinstance(value, int) else round(float(value), 6)
