from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..models.leadya_conversion import KINDS
from ..models.leadya_conversion_goal import PLATFORM_NAMES


class LeadyaConversionWizard(models.TransientModel):
    """Make the file for a platform, of all that waits for it."""

    _name = "leadya.conversion.wizard"
    _description = "Make a File of Conversions"

    platform = fields.Selection(PLATFORM_NAMES, required=True, default=lambda self: self._get_default_platform())
    kind = fields.Selection(KINDS, required=True, default="conversion")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    ready_count = fields.Integer("Ready", compute="_compute_counts")
    fresh_count = fields.Integer("Too Fresh", compute="_compute_counts")

    @api.model
    def _get_default_platform(self):
        """The platform that most waits for."""
        groups = self.env["leadya.conversion"]._read_group(
            [("state", "=", "todo"), ("company_id", "=", self.env.company.id)],
            ["platform"],
            ["__count"],
            order="__count DESC",
            limit=1,
        )
        return groups[0][0] if groups else "google"

    @api.depends("platform", "kind", "company_id")
    def _compute_counts(self):
        Ledger = self.env["leadya.conversion"]
        for wizard in self:
            ready = Ledger.search_count(Ledger._get_ready_domain(wizard.platform, wizard.kind, wizard.company_id))
            waiting = Ledger.search_count(
                [
                    ("state", "=", "todo"),
                    ("platform", "=", wizard.platform),
                    ("kind", "=", wizard.kind),
                    ("company_id", "=", wizard.company_id.id),
                ]
            )
            wizard.ready_count = ready
            wizard.fresh_count = waiting - ready if wizard.kind == "retraction" else 0

    def action_make(self):
        """Make the file and show it, ready to be downloaded.

        :raises AccessError: the user is not of marketing, or not of the company
        """
        self.ensure_one()
        if not self.env.user.has_group("leadya_crm.group_marketing") or self.company_id not in self.env.companies:
            raise AccessError(self.env._("Files of conversions are made by marketing, for its own company."))
        record = self.env["leadya.conversion.file"]._make(self.platform, self.kind, self.company_id)
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }
