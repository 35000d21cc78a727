from odoo import api, fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    consent_at = fields.Datetime(
        "Consent Given",
        compute="_compute_consent_at",
        store=True,
        measured=True,
        help="When the customer agreed at one of your forms, the last time. "
        "To what, in which words and at which form stands in the submission.",
    )

    @api.depends("submission_ids.consent_at")
    def _compute_consent_at(self):
        # Of a lead that is made without a submission nothing need be asked.
        submitted = self.filtered("submission_ids")
        given = {}
        if submitted:
            domain = [("lead_id", "in", submitted.ids), ("consent_at", "!=", False)]
            given = dict(self.env["leadya.submission"]._read_group(domain, ["lead_id"], ["consent_at:max"]))
        for lead in self:
            lead.consent_at = given.get(lead, False)
