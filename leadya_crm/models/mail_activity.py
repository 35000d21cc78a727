from odoo import fields, models

#: Steps of the module that are calls: whoever marks one as done has spoken to the customer.
CALL_STEPS = ("first_call", "retry", "follow_up", "nurture_due", "nurture_wrote_again", "nurture_reopened")


class MailActivity(models.Model):
    _inherit = "mail.activity"

    leadya_step = fields.Char(
        "Lead Step",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Technical: which next step of a lead the module scheduled; empty for everybody else's activities.",
    )
    leadya_alert = fields.Char(
        "Alert",
        readonly=True,
        copy=False,
        help="Technical: what was found wrong with a rule; empty for everybody else's activities.",
    )

    def _action_done(self, feedback=False, attachment_ids=None):
        """Odoo's own "Done" on a planned call or a meeting is a contact as well: it keeps the promise."""
        on_leads = self.filtered(lambda activity: activity.res_model == "crm.lead" and activity.res_id)
        calls = on_leads.filtered(lambda activity: activity.leadya_step in CALL_STEPS)
        by_lead = {activity.res_id: activity for activity in calls}
        meetings = on_leads.calendar_event_id.filtered(lambda event: not event.leadya_reminder)
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if not self.env.context.get("leadya_logging_attempt"):
            for lead in self.env["crm.lead"].browse(by_lead).exists():
                values = {"outcome": "reached", "note": feedback or False, "user_id": self.env.uid}
                lead._contact_log({**values, "activity_id": by_lead[lead.id].id})
            meetings.filtered(lambda event: event.start <= fields.Datetime.now()).action_leadya_held()
        return result
