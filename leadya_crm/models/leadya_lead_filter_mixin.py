import logging
from ast import literal_eval
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

#: A filter longer than this was not made by a person, and would keep the database busy.
MAX_FILTER_LENGTH = 20_000

#: A filter that took nothing for so long, while leads came, is told to the responsible (Z7).
SILENCE_DAYS = 7


class LeadyaLeadFilterMixin(models.AbstractModel):
    """An ordered rule that takes leads by a filter that an admin edits.

    The first rule in order that takes a lead wins. Filters are tried by the database on
    the whole batch, all rules in one query, so that every operator of Odoo's filter
    editor works and the number of queries grows neither with the batch nor the rules.
    """

    _name = "leadya.lead.filter.mixin"
    _description = "Ordered Lead Filter"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for leads of all companies.")
    domain = fields.Char(
        "Filter",
        default="[]",
        required=True,
        help="Which leads are taken. The first rule in order that takes a lead wins.",
    )

    @api.constrains("domain")
    def _check_domain(self):
        for rule in self:
            if len(rule.domain or "") > MAX_FILTER_LENGTH:
                raise ValidationError(self.env._("The filter of %(rule)s is too long.", rule=rule.name))
            try:
                self.env["crm.lead"].search(rule._get_filter_domain(), limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._("The filter of %(rule)s cannot be used: %(error)s", rule=rule.name, error=error)
                ) from error

    def _get_filter_domain(self):
        """The rule's own filter, limited to leads of its company.

        :raises ValueError: where the text is no list of conditions
        """
        self.ensure_one()
        domain = Domain(literal_eval(self.domain or "[]"))
        if self.company_id:
            domain &= Domain("company_id", "in", [False, self.company_id.id])
        return domain

    def _filter_leads(self, leads):
        """Those of the leads that the filter takes, archived ones too.

        :param leads: crm.lead records that exist in the database
        """
        self.ensure_one()
        domain = self._get_filter_domain()
        if domain.is_true():
            return leads
        found = leads.with_context(active_test=False).search(domain & Domain("id", "in", leads.ids))
        return leads.browse(found.ids).with_prefetch(leads.ids)

    def _match_leads(self, leads):
        """The first of the rules, in their order, that takes each lead.

        :return: the leads of each rule that took any; leads that no rule took are left out
        :rtype: dict
        """
        found = self._search_leads(leads)
        matched, remaining = {}, leads
        for rule in self:
            taken = remaining.filtered(lambda lead, ids=found[rule.id]: lead.id in ids)
            if taken:
                matched[rule] = taken
                remaining -= taken
        return matched

    def _search_leads(self, leads):
        """Ids of the leads that each rule's filter takes, by one query for all rules.

        :rtype: dict[int, set]
        """
        found = {rule.id: set() for rule in self}
        if not (self and leads):
            return found
        leads = leads.with_context(active_test=False)
        everything = self.filtered(lambda rule: rule._takes_everything())
        found.update({rule.id: set(leads.ids) for rule in everything})
        queries = [query for rule in self - everything if (query := rule._prepare_query(leads))]
        for rule_id, lead_id in self.env.execute_query(SQL(" UNION ALL ").join(queries)) if queries else ():
            found[rule_id].add(lead_id)
        return found

    def _takes_everything(self):
        """Whether no query is needed to tell which leads the rule takes."""
        self.ensure_one()
        return not self.company_id and (self.domain or "[]").strip() == "[]"

    def _prepare_query(self, leads):
        """What gives the rule's id with the id of each lead that it takes.

        A filter that has become useless, since a field that it names went with another
        module, takes nothing: the lead that came in must not be lost by it.
        """
        self.ensure_one()
        try:
            query = leads._search(self._get_filter_domain() & Domain("id", "in", leads.ids))
        except Exception as error:  # whatever a text that is no filter makes of itself
            self._warn_of_filter(error)
            return None
        return query.select(SQL("%s", self.id), SQL.identifier(leads._table, "id"))

    def _get_usable_domain(self):
        """The filter, or None where it cannot be used any more."""
        self.ensure_one()
        try:
            domain = self._get_filter_domain()
            self.env["crm.lead"]._search(domain)
        except Exception as error:  # whatever a text that is no filter makes of itself
            self._warn_of_filter(error)
            return None
        return domain

    def _warn_of_filter(self, error):
        _logger.warning("The filter of %s %s cannot be used: %s", self._name, self.id, error)

    # ------------------------------------------------------------
    # ALERTS
    # ------------------------------------------------------------

    def _get_filter_alerts(self):
        """What is wrong with the filters; see ``leadya.alert.mixin``.

        :rtype: dict[int, dict[str, str]]
        """
        leads = self.env["crm.lead"].with_context(active_test=False)
        since = Domain("create_date", ">=", fields.Datetime.now() - timedelta(days=SILENCE_DAYS))
        some_came = bool(leads.search(since, limit=1))
        alerts = {}
        for rule in self:
            found = alerts.setdefault(rule.id, {})
            domain = rule._get_usable_domain()
            if domain is None:
                found["broken_filter"] = self.env._("The filter cannot be used: it names something that is gone")
                continue
            if gone := rule._find_gone(domain):
                found["gone"] = self.env._("The filter names what is deleted or archived: %(names)s", names=gone)
            if some_came and rule._is_settled() and not leads.search(domain & since, limit=1):
                found["silent"] = self.env._("The filter has taken no lead for a week, while others came")
        return alerts

    def _is_settled(self):
        """Whether the rule has been there long enough to be judged by what it took."""
        return self.create_date <= fields.Datetime.now() - timedelta(days=SILENCE_DAYS)

    def _find_gone(self, domain):
        """Names of the records in a filter (keywords, channels, teams …) that exist no more or are archived."""
        gone = []
        for condition in domain.iter_conditions():
            field = self.env["crm.lead"]._fields.get(condition.field_expr.removesuffix(".id"))
            if not field or not field.relational or condition.operator not in ("=", "in"):
                continue
            ids = condition.value if not isinstance(condition.value, (int, str)) else [condition.value]
            records = self.env[field.comodel_name].sudo().browse([value for value in ids if type(value) is int])
            there = records.exists()
            gone += [f"{field.string} {record.id}" for record in records - there]
            if "active" in there._fields:
                gone += there.filtered(lambda record: not record.active).mapped("display_name")
        return ", ".join(gone)
