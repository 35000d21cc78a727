from odoo import api, fields, models
from odoo.tools import SQL, sql

from odoo.addons.iap.tools import iap_tools

from ..tools.names import name_key
from ..tools.urls import host_of

#: So many names are read, keyed and written at once when the module comes to a database: some megabytes.
FILL_BATCH = 20_000


class ResPartner(models.Model):
    _inherit = "res.partner"

    organization_quality = fields.Selection(
        [("low", "Low"), ("medium", "Medium"), ("high", "High")],
        string="Organization's Quality",
        tracking=True,
        help="How good a customer the organization is, or could be. New leads of the organization take it over.",
    )
    leadya_headcount = fields.Integer("Employees", aggregator=None, help="How many people work there; 0: not known.")
    leadya_stakeholder_ids = fields.One2many("leadya.stakeholder", "partner_id", "Parts in Deals")
    leadya_stakeholder_count = fields.Integer(compute="_compute_leadya_stakeholder_count")
    leadya_domain = fields.Char(
        "Internet Domain",
        compute="_compute_leadya_domain",
        store=True,
        index="btree_not_null",
        help="Domain of the site or else of the e-mail; none for addresses of public providers.",
    )

    leadya_name_key = fields.Char(
        "Key of the Name",
        compute="_compute_leadya_name_key",
        store=True,
        precompute=True,
        readonly=True,
        index="btree_not_null",
        help="Technical: the same for most spellings of a name, in Hebrew, Latin and Cyrillic letters; "
        "by it the organization of a lead is found.",
    )

    _leadya_headcount_positive = models.Constraint(
        "CHECK(COALESCE(leadya_headcount, 0) >= 0)", "A headcount can't be negative."
    )
    # Leads are matched by equality on it; stock Odoo has no index here.
    _phone_sanitized_idx = models.Index("(phone_sanitized) WHERE phone_sanitized IS NOT NULL")

    def _compute_leadya_stakeholder_count(self):
        """In how many deals the contact, or any contact of the organisation, has a part that the user may see."""
        people = self.env["leadya.stakeholder"]._read_group(
            [("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids)],
            ["partner_id"],
            ["lead_id:array_agg_distinct"],
        )
        for partner in self:
            deals = [ids for contact, ids in people if partner in (contact, contact.commercial_partner_id)]
            partner.leadya_stakeholder_count = len(set().union(*deals))

    @api.depends("website", "email_normalized")
    def _compute_leadya_domain(self):
        for partner in self:
            criterion = iap_tools.mail_prepare_for_domain_search(partner.email_normalized) or ""
            partner.leadya_domain = host_of(partner.website) or (criterion[1:] if criterion.startswith("@") else False)

    def action_view_leadya_stakeholders(self):
        """The deals that the contact, or any contact of the organisation, has a part in."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_stakeholder_action")
        return {
            **action,
            "domain": ["|", ("partner_id", "=", self.id), ("partner_id.commercial_partner_id", "=", self.id)],
            "context": {"create": False},
        }

    @api.depends("name")
    def _compute_leadya_name_key(self):
        for partner in self:
            partner.leadya_name_key = name_key(partner.name) or False

    def _auto_init(self):
        """Fill the keys of a database that has contacts already.

        By the ORM it would take a ``write`` per contact, and make each look as if it had been changed today.
        """
        if not sql.column_exists(self.env.cr, self._table, "leadya_name_key"):
            sql.create_column(self.env.cr, self._table, "leadya_name_key", "varchar")
            self._fill_name_keys()
        return super()._auto_init()

    def _fill_name_keys(self):
        last_id = 0
        while rows := self.env.execute_query(
            SQL(
                "SELECT id, name FROM res_partner WHERE id > %s AND name IS NOT NULL ORDER BY id LIMIT %s",
                last_id,
                FILL_BATCH,
            )
        ):
            ids, names = zip(*rows, strict=True)
            last_id = ids[-1]
            self.env.cr.execute(
                SQL(
                    """UPDATE res_partner SET leadya_name_key = NULLIF(found.key, '')
                         FROM unnest(%s, %s) AS found(id, key) WHERE res_partner.id = found.id""",
                    list(ids),
                    [name_key(name) for name in names],
                )
            )

    def write(self, vals):
        result = super().write(vals)
        if "lang" in vals and self.env["res.company"].sudo().search_count([("partner_id", "in", self.ids)], limit=1):
            # Doors speak the language of their company.
            self.env["leadya.capture.form"]._forget_definitions()
        return result
