from odoo import api, fields, models
from odoo.tools import SQL, sql

from odoo.addons.iap.tools import iap_tools

from ..tools.names import name_key
from ..tools.urls import host_of

#: So many names are read, keyed and written at once: some megabytes, and a second or two.
FILL_BATCH = 10_000
#: So many keys are filled when the module comes to a database; the others in the background, so that nobody waits.
FILL_AT_INSTALL = 20_000
#: Where the background has come to: the id of the last contact whose key was filled.
FILLED_UP_TO = "leadya_crm.name_keys_filled_up_to"


class ResPartner(models.Model):
    _inherit = "res.partner"

    organization_quality = fields.Selection(
        [("low", "Low"), ("medium", "Medium"), ("high", "High")],
        string="Organization's Quality",
        tracking=True,
        help="How good a customer the organization is, or could be. All its open leads share it.",
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
    # Leads are matched by equality on these; stock Odoo has no index here.
    _email_normalized_idx = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")
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
        """Fill keys of a database that has contacts already.

        By the ORM it would take a ``write`` per contact, and make each look as if it had been changed today.
        """
        if not sql.column_exists(self.env.cr, self._table, "leadya_name_key"):
            sql.create_column(self.env.cr, self._table, "leadya_name_key", "varchar")
            last_id = 0
            for _batch in range(FILL_AT_INSTALL // FILL_BATCH):
                last_id = self._fill_name_keys(last_id) or last_id
        return super()._auto_init()

    @api.model
    def _fill_name_keys(self, last_id):
        """Fill the keys of a batch of contacts that have none.

        :param int last_id: only contacts after this one
        :return: the id of the last one; None where none is left
        :rtype: int | None
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT id, name FROM res_partner
                    WHERE id > %s AND leadya_name_key IS NULL AND name IS NOT NULL ORDER BY id LIMIT %s""",
                last_id,
                FILL_BATCH,
            )
        )
        if not rows:
            return None
        ids, names = zip(*rows, strict=True)
        self.env.cr.execute(
            SQL(
                """UPDATE res_partner SET leadya_name_key = NULLIF(found.key, '')
                     FROM unnest(%s, %s) AS found(id, key) WHERE res_partner.id = found.id""",
                list(ids),
                [name_key(name) for name in names],
            )
        )
        return ids[-1]

    @api.model
    def _cron_fill_name_keys(self):
        """Fill what the installation left, batch by batch; goes on where it stopped."""
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        last_id = int(parameters_sudo.get_param(FILLED_UP_TO) or 0)
        while (reached := self._fill_name_keys(last_id)) is not None:
            last_id = reached
            parameters_sudo.set_param(FILLED_UP_TO, str(last_id))
            if not self.env["ir.cron"]._commit_progress(FILL_BATCH, remaining=1):
                return
        self.env["ir.cron"]._commit_progress(remaining=0)

    def write(self, vals):
        result = super().write(vals)
        if "lang" in vals and self.env["res.company"].sudo().search_count([("partner_id", "in", self.ids)], limit=1):
            # Doors speak the language of their company.
            self.env["leadya.capture.form"]._forget_definitions()
        return result
