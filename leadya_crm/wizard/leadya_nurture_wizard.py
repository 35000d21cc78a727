from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

#: How long a lead rests, by the choices of the dialog.
PERIODS = {
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "half_year": relativedelta(months=6),
}


class LeadyaNurtureWizard(models.TransientModel):
    """Asks until when leads rest, and why, and puts them to rest with the rep's own rights."""

    _name = "leadya.nurture.wizard"
    _description = "Put in Nurture"

    lead_ids = fields.Many2many("crm.lead", required=True)
    period = fields.Selection(
        [
            ("month", "In a month"),
            ("quarter", "In three months"),
            ("half_year", "In half a year"),
            ("date", "On a date"),
        ],
        string="Come Back",
        default="quarter",
        required=True,
    )
    resume_on = fields.Date(
        "On", compute="_compute_resume_on", store=True, readonly=False, precompute=True, required=True
    )
    reason_id = fields.Many2one("crm.lost.reason", help="Why not now.")
    every_months = fields.Integer(
        "Then Every (Months)",
        default=lambda self: self._get_default_every_months(),
        help="A lead of the pool rests again for so many months whenever a call leads to nothing. 0: it rests once.",
    )
    note = fields.Html()

    @api.depends("period")
    def _compute_resume_on(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            if wizard.period != "date" or not wizard.resume_on:
                wizard.resume_on = today + PERIODS.get(wizard.period, PERIODS["quarter"])

    @api.model
    def _get_default_every_months(self):
        """What the leads have, where they agree."""
        leads = self.env["crm.lead"].browse(self.env.context.get("default_lead_ids") or [])
        [months] = set(leads.mapped("nurture_every_months")) if len(leads) == 1 else {0}
        return months

    def action_confirm(self):
        """Put the leads to rest, with the note in their history.

        :raises AccessError: where the user may not write one of the leads
        :raises UserError: see ``_leadya_start_nurture``
        """
        self.ensure_one()
        self.lead_ids._track_set_log_message(self.note or "")
        self.lead_ids.nurture_every_months = self.every_months
        self.lead_ids._leadya_start_nurture(self.resume_on, self.reason_id)
        return {"type": "ir.actions.act_window_close"}
