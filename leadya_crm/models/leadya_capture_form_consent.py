"""What a visitor agrees to at a door, in which language, and whether a mail asks again."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize

from ..tools.capture import CaptureError
from ..tools.capture_guard import LANG_FIELD
from ..tools.languages import choose_language

# Doors where a visitor sees a page of ours or of the company's; elsewhere a platform asks for consent.
_KINDS_OF_VISITORS = ("form", "json")


class LeadyaCaptureForm(models.Model):
    """Consent and its confirmation.

    - The consent's text is kept with the submission **as it was shown**: at that time, in that
      language. Nothing that is changed at the form later changes it.
    - With ``double_opt_in`` no lead is made before the owner of the address has said yes to a mail:
      see ``leadya_submission_confirmation.py``.
    """

    _inherit = "leadya.capture.form"

    consent_required = fields.Boolean("Consent Must Be Given")
    consent_name = fields.Char("Consent Field", default="consent", required=True)
    consent_text = fields.Text(
        translate=True, help="The sentence beside the tick box. It is kept with each submission, as it was then."
    )
    double_opt_in = fields.Boolean(
        "Confirmation by Mail",
        help="A mail with a link goes to the address that was given. Until somebody follows it, no lead is made.",
    )
    confirm_days = fields.Integer("Link Works For", default=7, help="In days.")
    confirm_template_id = fields.Many2one(
        "mail.template",
        "Mail",
        domain=[("model", "=", "leadya.submission")],
        default=lambda self: self._get_default_confirm_template(),
        ondelete="set null",
    )

    _confirm_days_positive = models.Constraint("CHECK (confirm_days > 0)", "A link works for a day at least.")

    @api.constrains("double_opt_in", "field_ids")
    def _check_double_opt_in(self):
        for form in self.filtered("double_opt_in"):
            if "email_from" not in form.field_ids.mapped("target"):
                raise ValidationError(
                    self.env._("Without a field for the e-mail address, nobody can be asked to confirm it.")
                )

    @api.model
    def _get_default_confirm_template(self):
        return self.env.ref("leadya_crm.mail_template_confirmation", raise_if_not_found=False)

    def _get_confirm_template(self):
        """:raises UserError: there is none any more"""
        template = self.confirm_template_id or self._get_default_confirm_template()
        if not template:
            raise UserError(self.env._("Choose the mail that asks for a confirmation."))
        return template

    def _needs_confirmation(self):
        return self.double_opt_in and self.kind in _KINDS_OF_VISITORS

    # What is shown

    def _prepare_thanks(self):
        """Title and text of what a visitor is shown afterwards."""
        if self._needs_confirmation():
            return {
                "title": self.env._("One more step"),
                "text": self.env._("We have sent you an e-mail. Please follow its link, so that you get an answer."),
            }
        text = self.thanks_text or self.env._("Thank you. We have received your message and will be in touch.")
        return {"title": self.env._("Thank you"), "text": text}

    # What was shown

    def _prepare_submission(self, body, meta):
        return {**super()._prepare_submission(body, meta), **self._prepare_shown(None, meta)}

    def _prepare_shown(self, post, meta):
        """What the visitor had before their eyes, as values of the submission.

        :param Post post: None as long as it is not read, which is for ever where it can't be
        """
        lang = self._visitor_lang(post, meta)
        text = self._in_language(lang or self._get_lang())._consent_shown()
        return {"lang": lang, "consent_text": text or False}

    def _visitor_lang(self, post, meta):
        """The installed language of the page, else of the browser; False where neither tells one."""
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        told = post.fields.get(LANG_FIELD) if post else ""
        return choose_language(told, codes) or choose_language(meta.get("accept_language"), codes) or False

    def _consent_shown(self):
        """The sentence beside the tick box; "" where there is none."""
        return self.consent_text or (self.consent_required and self.env._("I agree to be contacted.")) or ""

    # Who is asked again

    def _prepare_hold(self, read):
        """Hold the submission until its address is confirmed, where the form asks for that.

        :raises CaptureError: without an address nobody can be asked
        """
        values = super()._prepare_hold(read)
        if not self._needs_confirmation():
            return values
        address = email_normalize(read["values"].get("email_from") or "")
        if not address:
            line = self.field_ids.filtered(lambda line: line.target == "email_from")
            raise CaptureError("missing", line.name or "email")
        return {**values, "state": "unconfirmed", "confirm_email": address, **self._prepare_question()}

    def _prepare_question(self):
        """Values of a submission that is asked for its confirmation from now on."""
        until = fields.Datetime.now() + timedelta(days=self.confirm_days)
        return {"confirm_state": "waiting", "confirm_due": True, "confirm_until": until}

    def _acceptance(self, reference):
        """Told by the form, not by the submission: a robot, whose post waits for nothing, is told the same."""
        answer = super()._acceptance(reference)
        return {**answer, "confirmation": "mail"} if self._needs_confirmation() else answer
