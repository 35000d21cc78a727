"""Possible duplicates on the lead: open them, merge them, or say that they are none.

``possible_duplicate_id`` and the hint come from ``crm_lead_link``. What a person calls not
the same is remembered, and proposed no more, by neither the corridor nor the form.
"""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class CrmLead(models.Model):
    _inherit = "crm.lead"

    later_duplicate_ids = fields.One2many("crm.lead", "possible_duplicate_id", "Possible Duplicates", readonly=True)
    distinct_lead_ids = fields.Many2many(
        "crm.lead",
        "crm_lead_distinct_rel",
        "lead_id",
        "distinct_id",
        "Not the Same As",
        copy=False,
        readonly=True,
        help="Leads of which somebody said that they are of another customer.",
    )

    @api.depends("merged_into_id", "distinct_lead_ids")
    def _compute_potential_lead_duplicates(self):  # pylint: disable=missing-return; a compute returns nothing
        """Without leads that became part of another, and those that were called not the same."""
        super()._compute_potential_lead_duplicates()
        for lead in self.filtered(lambda lead: lead.duplicate_lead_count):
            others = lead.duplicate_lead_ids - lead - lead._origin
            # One query for this and the hint, which is read along.
            others.sudo().fetch(self._duplicates_get_compared())
            others = others.filtered(lambda other: not other.sudo().merged_into_id) - lead.sudo().distinct_lead_ids
            lead.duplicate_lead_ids = others + lead
            lead.duplicate_lead_count = len(others)

    @api.model
    def _duplicates_get_compared(self):
        """Names of the fields that are read of other leads to compare them."""
        return ["active", "merged_into_id", "name", "email_normalized", "phone_sanitized", "email_domain_criterion"]

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_open_duplicates(self):
        """Open the lead that may be the same customer; a list where there are several."""
        self.ensure_one()
        others = self._duplicates_get_shown()
        if len(others) != 1:
            return self.action_show_potential_duplicates()
        return {"type": "ir.actions.act_window", "res_model": "crm.lead", "res_id": others.id, "view_mode": "form"}

    def action_dismiss_duplicates(self):
        """Not the same customer: propose those that are shown no more.

        :raises AccessError: where the user may not write the lead
        """
        self.check_access("write")
        for lead in self:
            others = lead._duplicates_get_shown()
            lead.sudo()._duplicates_set_distinct(others.sudo())

    def _duplicates_get_shown(self):
        """Open leads of which the form says that they may be the same."""
        self.ensure_one()
        others = (self.sudo().duplicate_lead_ids - self.sudo()).filtered("active") | self.sudo().possible_duplicate_id
        return self.browse(others.ids)

    def _duplicates_get_own(self):
        """Those shown that the user may merge: of the same person, or else of the same domain.

        :raises UserError: where all of them are somebody else's
        """
        shown = self._duplicates_get_shown()
        writable = shown._filtered_access("write")
        if shown and not writable:
            raise UserError(
                self.env._("%(lead)s is somebody else's: ask a manager to merge them.", lead=shown[0].sudo().name)
            )
        same = writable.filtered(
            lambda other: other == self.possible_duplicate_id
            or (self.email_normalized and other.email_normalized == self.email_normalized)
            or (self.phone_sanitized and other.phone_sanitized == self.phone_sanitized)
        )
        return same or writable

    def _duplicates_set_distinct(self, others):
        """Remember, on both sides, that these are not the same; with all rights."""
        if not others:
            return
        # Links are added one by one: the recordset of all of them would leave out archived leads.
        self.write({"distinct_lead_ids": [Command.link(other.id) for other in others]})
        others.write({"distinct_lead_ids": [Command.link(lead.id) for lead in self]})
        (self | others).filtered(
            lambda lead: lead.possible_duplicate_id in lead.distinct_lead_ids
        ).possible_duplicate_id = False
