"""Personal data in submissions are erased after a set time; the rows stay to be counted."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.constants import GC_UNLINK_LIMIT


class LeadyaCaptureForm(models.Model):
    _inherit = "leadya.capture.form"

    erase_mode = fields.Selection(
        [("company", "As the company does"), ("days", "After a time of its own"), ("never", "Never")],
        "Erase Personal Data",
        default="company",
        required=True,
    )
    erase_after_days = fields.Integer(
        "Erase After",
        default=365,
        help="So many days after it came, what a submission holds is erased; the count stays.",
    )

    _erase_after_days_positive = models.Constraint(
        "CHECK (erase_mode != 'days' OR erase_after_days > 0)", "Say after how many days personal data are erased."
    )

    def _get_erasable_domain(self):
        """Submissions of the form whose time is over; none where nothing is erased."""
        self.ensure_one()
        days = {"days": self.erase_after_days, "company": self.company_id.leadya_erase_after_days}.get(self.erase_mode)
        if not days:
            return Domain.FALSE
        return (
            Domain("form_id", "=", self.id)
            & Domain("received_at", "<", fields.Datetime.now() - timedelta(days=days))
            & Domain("erased_at", "=", False)
            # What still waits was answered with success, and is to become a lead.
            & Domain("state", "!=", "received")
        )


class LeadyaSubmission(models.Model):
    _inherit = "leadya.submission"

    @api.autovacuum
    def _gc_personal_data(self):
        """Erase what old submissions hold where their form or its company says so.

        :return: how many were erased, and whether there are more
        """
        forms = self.env["leadya.capture.form"].with_context(active_test=False).search([])
        domain = Domain.OR(form._get_erasable_domain() for form in forms)
        old = self.search(domain, limit=GC_UNLINK_LIMIT)
        old.write(self._prepare_erasure())
        return len(old), len(old) == GC_UNLINK_LIMIT

    @api.model
    def _prepare_erasure(self):
        return {**dict.fromkeys(self._get_personal_fields(), False), "erased_at": fields.Datetime.now()}

    @api.model
    def _get_personal_fields(self):
        """Fields that may tell who wrote, or what."""
        return [
            "payload",
            "sender",
            "understood",
            "unknown_fields",
            "user_agent",
            "remote_hash",
            "referrer",
            "error",
            "outcome",
        ]
