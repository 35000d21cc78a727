from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


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
        queries = [
            leads._search(rule._get_filter_domain() & Domain("id", "in", leads.ids)).select(
                SQL("%s", rule.id), SQL.identifier(leads._table, "id")
            )
            for rule in self
        ]
        for rule_id, lead_id in self.env.execute_query(SQL(" UNION ALL ").join(queries)):
            found[rule_id].add(lead_id)
        return found
