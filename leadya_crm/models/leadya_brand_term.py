from odoo import Command, api, fields, models, tools
from odoo.exceptions import ValidationError

from ..tools.brand import Brand, spellings_of


class LeadyaBrandTerm(models.Model):
    """A name by which people look for the company, and the spellings in which they do.

    Keywords that name it are brand keywords: who typed one knew the company already.
    ``tools.brand`` says what counts as the name.
    """

    _name = "leadya.brand.term"
    _description = "Brand Term"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char("Brand", required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index="btree_not_null",
        help="Empty: a brand of all companies.",
    )
    variants = fields.Text(
        "Other Spellings",
        help="One a line or separated by commas, in any letters. Long names are found in Hebrew, Russian and Latin "
        "letters by their sound; of a short one every spelling is to be written here.",
    )
    never = fields.Text("Not the Brand", help="Words that look like the brand and are not.")
    max_edits = fields.Integer(
        "Letters Mistaken",
        default=1,
        help="How many letters may be wrong, missing or swapped: one in names of six letters or more, two in names of "
        "ten or more. 0: only as it is written.",
    )
    keyword_ids = fields.Many2many(
        "leadya.keyword", "leadya_keyword_brand_rel", "term_id", "keyword_id", string="Keywords", readonly=True
    )
    keyword_count = fields.Integer(compute="_compute_keyword_count")
    test_keyword = fields.Char("Try a Search", store=False, help="What somebody might have searched for.")
    test_result = fields.Char(compute="_compute_test_result")

    _max_edits_range = models.Constraint("CHECK(max_edits BETWEEN 0 AND 2)", "At most two letters may be mistaken.")

    @api.depends("keyword_ids")
    def _compute_keyword_count(self):
        counts = dict(
            self.env["leadya.keyword"]._read_group(
                [("brand_term_ids", "in", self.ids)], ["brand_term_ids"], ["__count"]
            )
        )
        for term in self:
            term.keyword_count = counts.get(term._origin, 0)

    @api.depends("test_keyword", "name", "variants", "never", "max_edits")
    def _compute_test_result(self):
        for term in self:
            if not term.test_keyword:
                term.test_result = False
            elif term._get_brand().is_in(term.test_keyword):
                term.test_result = self.env._("A search for the brand")
            else:
                term.test_result = self.env._("A generic search")

    @api.constrains("name", "variants")
    def _check_visible(self):
        for term in self:
            if not term._get_brand().spellings:
                raise ValidationError(self.env._("A brand needs at least one letter or digit."))

    @api.model_create_multi
    def create(self, vals_list):
        terms = super().create(vals_list)
        terms._apply()
        return terms

    def write(self, vals):
        result = super().write(vals)
        if {"name", "variants", "never", "max_edits", "active", "company_id"} & vals.keys():
            self._apply()
        return result

    def unlink(self):
        self.sudo().keyword_ids = [Command.clear()]
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def action_view_keywords(self):
        """Open the keywords that name the brand."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_keyword_action")
        return {**action, "domain": [("brand_term_ids", "in", self.ids)], "context": {"active_test": False}}

    def _get_brand(self):
        self.ensure_one()
        return Brand([self.name or "", *spellings_of(self.variants)], self.max_edits, spellings_of(self.never))

    @api.model
    @tools.ormcache()
    def _load(self):
        """All brands, ready to be looked for.

        :return: ids of terms, and what finds each
        :rtype: tuple[tuple[int, Brand], ...]
        """
        return tuple((term.id, term._get_brand()) for term in self.sudo().search([]))

    def _apply(self):
        """Tell anew which of all keywords name these brands."""
        self.env.registry.clear_cache()
        keywords = self.env["leadya.keyword"].sudo().with_context(active_test=False)
        keywords = keywords.search_fetch([], ["normalized_name"])
        for term_sudo in self.sudo().with_context(active_test=False):
            brand = term_sudo._get_brand()
            named = keywords.filtered(lambda keyword, brand=brand: brand.is_in(keyword.normalized_name))
            named = named if term_sudo.active else named.browse()
            if named != term_sudo.keyword_ids:
                term_sudo.keyword_ids = [Command.set(named.ids)]
