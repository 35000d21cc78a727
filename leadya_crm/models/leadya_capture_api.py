from odoo import Command, fields, models

from odoo.addons.base.models.res_users import check_identity

GROUP = "leadya_crm.group_leadya_intake"


class LeadyaCaptureForm(models.Model):
    """A door of another system can be opened in two ways: by its secret address, or by Odoo's
    JSON-2 API with the key of a user that has no other rights (see ``leadya.intake``)."""

    _inherit = "leadya.capture.form"

    api_user_ids = fields.Many2many(
        "res.users",
        string="Integration Users",
        copy=False,
        domain=lambda self: [("all_group_ids", "in", self.env.ref(GROUP, raise_if_not_found=False).ids)],
        groups="sales_team.group_sale_manager",
        help="Users of the group “Lead Intake API” that hand in leads by this form.",
    )

    def action_new_api_key(self):
        """Make a key for another system, and the user that it belongs to where there is none yet; shown once."""
        self.check_access("write")
        return self._action_new_api_key()

    @check_identity
    def _action_new_api_key(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.users.apikeys.show",
            "name": self.env._("API Key Ready"),
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_key": self._generate_api_key()},
        }

    def action_revoke_api_keys(self):
        """From now on no key of the form's integration users is taken."""
        self.check_access("write")
        # People who have the group beside other rights keep the keys that they made for themselves.
        self.api_user_ids.filtered("share").sudo().api_key_ids._remove()

    def _generate_api_key(self):
        """:return: the key, which is stored nowhere in the clear"""
        self.ensure_one()
        self.check_access("write")
        user = self.api_user_ids.filtered("share")[:1] or self._create_api_user()
        # It does not expire: an integration that stops on a day that nobody remembers loses leads.
        return self.env["res.users.apikeys"].with_user(user).sudo()._generate(None, self.name, None)

    def _create_api_user(self):
        """A user with the right to hand in leads and no other: it can't even log in."""
        user = (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": self.env._("%(form)s (API)", form=self.name),
                    "login": f"leadya-intake-{self._new_token()[:12]}",
                    "group_ids": [Command.set(self.env.ref(GROUP).ids)],
                    "company_id": self.company_id.id,
                    "company_ids": [Command.set(self.company_id.ids)],
                }
            )
        )
        self.api_user_ids = [Command.link(user.id)]
        return user
