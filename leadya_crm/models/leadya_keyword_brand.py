"""Brand or generic: whether who searched for a keyword knew the company (L16)."""

from odoo import Command, api, fields, models


class LeadyaKeyword(models.Model):
    _inherit = "leadya.keyword"

    brand_term_ids = fields.Many2many(
        "leadya.brand.term",
        "leadya_keyword_brand_rel",
        "keyword_id",
        "term_id",
        string="Brands",
        readonly=True,
        copy=False,
        help="The brands that the keyword names.",
    )
    is_brand = fields.Boolean(
        "Brand",
        compute="_compute_is_brand",
        store=True,
        help="The keyword names the company: who searched for it knew it already.",
    )

    @api.depends("brand_term_ids")
    def _compute_is_brand(self):
        for keyword in self:
            keyword.is_brand = bool(keyword.brand_term_ids)

    @api.model_create_multi
    def create(self, vals_list):
        keywords = super().create(vals_list)
        keywords.sudo()._brand_recognise()
        return keywords

    def write(self, vals):
        result = super().write(vals)
        if "name" in vals:
            self.sudo()._brand_recognise()
        return result

    def _brand_recognise(self):
        """Tell which brands the keywords name; nothing is asked or written where there is no brand term."""
        brands = self.env["leadya.brand.term"]._load()
        if not brands:
            return
        by_terms = {}
        for keyword in self:
            found = tuple(term_id for term_id, brand in brands if brand.is_in(keyword.normalized_name))
            if found or keyword.is_brand:
                by_terms.setdefault(found, []).append(keyword.id)
        for term_ids, ids in by_terms.items():
            self.browse(ids).brand_term_ids = [Command.set(term_ids)]
