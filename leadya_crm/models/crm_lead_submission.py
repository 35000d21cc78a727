from odoo import api, fields, models

from .crm_lead_cadence import TODO


class CrmLead(models.Model):
    _inherit = "crm.lead"

    submission_ids = fields.One2many("leadya.submission", "lead_id", "Submissions", readonly=True, copy=False)
    # Stored: every opening of a lead asks for it, and few submissions change it.
    submission_count = fields.Integer(
        "Submissions Count", compute="_compute_submission_count", store=True, measured=True
    )

    @api.depends("submission_ids")
    def _compute_submission_count(self):
        counts = dict(
            self.env["leadya.submission"]._read_group([("lead_id", "in", self.ids)], ["lead_id"], ["__count"])
        )
        for lead in self:
            lead.submission_count = counts.get(lead, 0)

    def action_view_submissions(self):
        """Open what the customer wrote, as it came."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_submission_action")
        action = {**action, "domain": [("lead_id", "=", self.id)], "context": {}}
        if self.submission_count == 1:
            action.update(res_id=self.submission_ids.id, views=[(False, "form")], view_mode="form")
        return action

    def _leadya_wrote_again(self):
        """The customer wrote again: who rests is taken back into work, and reps are told.

        A reminder that is still open says it once, however often somebody writes.
        """
        woken = self._leadya_end_nurture("wrote_again")
        owned = (self - woken).filtered(lambda lead: lead.user_id.active)
        reminded = owned._cadence_get_activities().filtered(lambda activity: activity.leadya_step == "wrote_again")
        now = fields.Datetime.now()
        values = [
            {
                **lead._cadence_prepare_activity(lead.user_id, TODO, now, "wrote_again"),
                "res_id": lead.id,
                "res_name": lead.name,
            }
            for lead in owned
            if lead.id not in reminded.mapped("res_id")
        ]
        # The mark in the rep's list is enough; a mail for each post would be a trap.
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(values)

    @api.model
    def _cadence_get_summary(self, step, local, user):
        if step == "wrote_again":
            return self.with_context(lang=user.lang).env._("Wrote again")
        return super()._cadence_get_summary(step, local, user)

    def _merge_dependences(self, opportunities):
        """The submissions go along: what came in stays with the lead that it made."""
        opportunities.sudo().submission_ids.write({"lead_id": self.id})
        return super()._merge_dependences(opportunities)
