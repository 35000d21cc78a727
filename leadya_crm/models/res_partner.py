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

    # Leads are matched by equality on it; stock Odoo has no index here.
    _phone_sanitized_idx = models.Index("(phone_sanitized) WHERE phone_sanitized IS NOT NULL")

    @api.depends("website", "email_normalized")
    def _compute_leadya_domain(self):
        for partner in self:
            criterion = iap_tools.mail_prepare_for_domain_search(partner.email_normalized) or ""
            partner.leadya_domain = host_of(partner.website) or (criterion[1:] if criterion.startswith("@") else False)

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
