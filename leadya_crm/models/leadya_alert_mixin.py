import logging

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

TODO = "mail.mail_activity_data_todo"


class LeadyaAlertMixin(models.AbstractModel):
    """Tells whoever is responsible when the world leaves what a setting was made for (Z7).

    An inheriting model lists what is wrong in :meth:`_get_alerts`. Each thing becomes one
    activity of the responsible person, which is not repeated while it is open and goes by
    itself when the thing is right again.
    """

    _name = "leadya.alert.mixin"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Setting with Alerts"

    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        ondelete="set null",
        copy=False,
        help="Is told when the world changes so that this no longer does what it was made for.",
    )

    def _get_alerts(self):
        """What is wrong with each record, in the language of the environment.

        :return: record id → code of the alert → text
        :rtype: dict[int, dict[str, str]]
        """
        raise NotImplementedError

    def _update_alerts(self):
        """Open an activity for what is newly wrong, close those of what is right again."""
        activities = self.env["mail.activity"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("leadya_alert", "!=", False)]
        )
        told = {(activity.res_id, activity.leadya_alert) for activity in activities}
        wrong = set()
        for user, records in self.grouped(lambda record: record._get_alert_user()).items():
            for record_id, alerts in records.with_context(lang=user.lang)._get_alerts().items():
                wrong.update((record_id, code) for code in alerts)
                new = {code: text for code, text in alerts.items() if (record_id, code) not in told}
                self.browse(record_id)._open_alerts(user, new)
        activities.filtered(lambda activity: (activity.res_id, activity.leadya_alert) not in wrong).unlink()

    def _get_alert_user(self):
        """Who is told: the responsible, or an administrator where there is none any more."""
        self.ensure_one()
        return self.user_id if self.user_id.active else self.env.ref("base.user_admin")

    def _open_alerts(self, user, alerts):
        for code, text in alerts.items():
            self.activity_schedule(
                TODO,
                summary=text,
                user_id=user.id,
                automated=True,
                leadya_alert=code,
            )

    @api.model
    def _cron_alert_on_change(self):
        """Look after everything that acts and has a responsible."""
        for name in self._get_alert_models():
            self.env[name]._alert_safely()

    @api.model
    def _get_alert_models(self):
        """Names of the models that are looked after; others add theirs."""
        return ["leadya.sla.category", "leadya.assignment.rule", "leadya.conversion.goal"]

    @api.model
    def _alert_safely(self):
        """Look after all records of the model that act; a failure is told, and harms no other model."""
        records = self.search([("mode", "!=", "off")])
        try:
            with self.env.cr.savepoint():
                records._update_alerts()
        except Exception:  # one model's trouble must not silence the others
            _logger.exception("Alerts of %s could not be updated", self._name)
