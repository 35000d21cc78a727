from odoo import api, fields, models, tools
from odoo.fields import Domain


class LeadyaNiche(models.Model):
    """A part of the market, by language, country, tags or any other filter (C1).

    Niches are ordered; a lead is of the first that takes it. What is chosen here is told
    of each lead on its arrival; leads that are there stay as they are, until a manager
    asks for them (server action "Recognize Market Niche").
    """

    _name = "leadya.niche"
    _description = "Market Niche"
    _inherit = ["leadya.lead.filter.mixin", "leadya.lead.count.mixin"]
    _lead_field = "niche_id"
    _check_company_auto = True

    lang_ids = fields.Many2many("res.lang", string="Languages", context={"active_test": False})
    country_ids = fields.Many2many("res.country", string="Countries")
    tag_ids = fields.Many2many("crm.tag", string="Tags")
    color = fields.Integer()

    @api.model_create_multi
    def create(self, vals_list):
        niches = super().create(vals_list)
        self.env.registry.clear_cache()
        return niches

    def write(self, vals):
        result = super().write(vals)
        if {"active", "sequence"} & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    def _get_all(self):
        """All niches in their order; where there are none, it takes no query to know it."""
        return self.browse(self._get_all_ids())

    @api.model
    @tools.ormcache()
    def _get_all_ids(self):
        return self.sudo().search([])._ids

    def _get_filter_domain(self):
        domain = super()._get_filter_domain()
        for own, of_lead in (("lang_ids", "lang_id"), ("country_ids", "country_id"), ("tag_ids", "tag_ids")):
            if self[own]:
                domain &= Domain(of_lead, "in", self[own].ids)
        return domain

    def _takes_everything(self):
        return super()._takes_everything() and not (self.lang_ids or self.country_ids or self.tag_ids)
