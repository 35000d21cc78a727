"""Double opt-in: the owner of an address says yes to a mail before a lead is made."""

import re
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import consteq, hmac

from ..tools.capture import CaptureError

# The number of the submission, and a seal that only this database can make.
_TOKEN = re.compile(r"[0-9a-f]{96}")
_RESEND_PAUSE = timedelta(minutes=10)
_MAX_MAILS = 5
# What proves a consent; nobody writes it by hand.
_EVIDENCE = {"consent_given", "consent_text", "consent_at", "confirm_state", "confirm_email", "confirmed_at"}


class LeadyaSubmission(models.Model):
    """SPECIFICATIONS: a submission that waits for the owner of its address.

    What it promises:

    - **No lead before the yes**, whichever way the submission is tried again, unless an admin
      takes it without one.
    - **The mail says nothing that a visitor wrote**, and comes seldom: whoever posts a stranger's
      address can neither write to that person from here nor fill a mailbox.
    - **Only a press of the button confirms.** Programs that look at mails follow links, so opening
      the page changes nothing.
    - **What proves a consent is the door's to write**, and no user's.
    - **The link is the submission's**: it can't be guessed or forged, and lives on when the form
      gets a new address.

    How it works: a held submission is in state *unconfirmed*, with ``confirm_state`` *waiting*;
    ``leadya_submission_confirmation_mail.py`` sends its mail. Once confirmed it is *received* and
    goes on like any other.
    """

    _inherit = "leadya.submission"

    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(), string="Visitor's Language", readonly=True
    )
    consent_at = fields.Datetime(
        "Consent Given At",
        compute="_compute_consent_at",
        store=True,
        precompute=True,
        help="When it was given or, where a mail asked again, confirmed.",
    )
    confirm_state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("confirmed", "Confirmed"),
            ("expired", "Not confirmed in time"),
            ("skipped", "Taken without confirmation"),
        ],
        "Confirmation",
        readonly=True,
        copy=False,
        help="Whether the owner of the address said yes to the mail. Empty: nobody was asked.",
    )
    confirm_email = fields.Char("Mail To", readonly=True, copy=False)
    confirm_until = fields.Datetime("Link Works Until", readonly=True, copy=False)
    confirmed_at = fields.Datetime("Confirmed", readonly=True, copy=False)

    _confirm_until_idx = models.Index("(confirm_until) WHERE confirm_state = 'waiting'")
    _confirm_email_idx = models.Index("(confirm_email) WHERE confirm_email IS NOT NULL")

    @api.depends("consent_given", "received_at", "confirmed_at")
    def _compute_consent_at(self):
        for submission in self:
            submission.consent_at = submission.consent_given and (submission.confirmed_at or submission.received_at)

    @api.model
    def _has_field_access(self, field, operation):
        allowed = super()._has_field_access(field, operation)
        return allowed and (operation != "write" or self.env.su or field.name not in _EVIDENCE)

    # Actions

    def action_resend_confirmation(self):
        """Send the mail again, with a link that works from now on; not too often."""
        self.check_access("write")
        allowed = self.filtered(lambda submission: submission._may_resend())
        if not allowed:
            raise UserError(
                self.env._(
                    "Nothing is sent: a mail goes out at most every %(minutes)s minutes and %(count)s times in all.",
                    minutes=_RESEND_PAUSE.seconds // 60,
                    count=_MAX_MAILS,
                )
            )
        for form, submissions in allowed.grouped("form_id").items():
            submissions.sudo().write({**form._prepare_question(), "confirm_held": False})
        self._wake_up_confirmations()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if allowed == self else "warning",
                "message": self.env._("Mails that are sent in a moment: %(count)s.", count=len(allowed)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_take_unconfirmed(self):
        """Make the lead all the same: the admin knows better."""
        self.check_access("write")
        taken = self.filtered(lambda submission: submission.state == "unconfirmed" and submission.payload)
        taken.sudo().write({"confirm_state": "skipped", "confirm_due": False, "state": "received"})
        return taken.action_retry()

    def _may_resend(self):
        if self.state != "unconfirmed" or not self.confirm_email or self.confirm_mail_count >= _MAX_MAILS:
            return False
        rested = not self.confirm_sent_at or self.confirm_sent_at <= fields.Datetime.now() - _RESEND_PAUSE
        return rested or bool(self.confirm_failure)

    # Business: held

    def _kept(self):
        result = super()._kept()
        if self.filtered("confirm_due"):
            self._wake_up_confirmations()
        return result

    def _read_all(self):
        """Leave out what may not become a lead yet, whoever tries it again and for whatever reason."""
        reads = super()._read_all()
        return {submission: read for submission, read in reads.items() if not submission._hold(read)}

    def _hold(self, read):
        """Put it back if it must be confirmed.

        :param dict read: see ``leadya.capture.form._read_fields``
        :return: whether it was
        :rtype: bool
        """
        form = self.form_id
        if self.is_test or not form._needs_confirmation() or self.confirm_state in ("confirmed", "skipped"):
            return False
        try:
            hold = {"state": "unconfirmed"} if self.confirm_state else form._prepare_hold(read)
            self.write({**form._prepare_outcome(read), **hold})
        except CaptureError as error:
            self._note_error(form._error_note(error.code, error.field, **error.params))
        self._kept()
        return True

    @api.model
    def _get_personal_fields(self):
        return [*super()._get_personal_fields(), "confirm_email", "confirm_due"]

    # Business: the link

    def _confirmation_url(self):
        return f"{self.form_id.get_base_url()}/leadya/confirm/{self._confirmation_token()}"

    def _confirmation_token(self):
        """What the link ends with. It is made anew each time from a secret of the database and stands nowhere in it."""
        self.ensure_one()
        return uuid.UUID(self.reference).hex + hmac(self.env(su=True), "leadya_confirmation", self.reference)

    @api.model
    def _find_by_confirmation_token(self, token):
        """The submission of a link, with the rights to confirm it; empty if the link is none of ours.

        :param str token: as it stands in the address
        """
        Submission = self.sudo()
        if not _TOKEN.fullmatch(token or ""):
            return Submission.browse()
        found = Submission.search([("reference", "=", str(uuid.UUID(token[:32]))), ("confirm_state", "!=", False)])
        return found if found and consteq(found._confirmation_token(), token) else Submission.browse()

    def _confirmation_state(self):
        """What a visitor is told: *waiting* (press the button), *confirmed* or *expired*."""
        self.ensure_one()
        if self.confirm_state in ("confirmed", "skipped"):
            return "confirmed"
        waiting = self.state == "unconfirmed" and self.confirm_state == "waiting" and self.payload
        return "waiting" if waiting and self.confirm_until > fields.Datetime.now() else "expired"

    def _confirm(self):
        """The owner of the address said yes. Once is enough: saying it again changes nothing.

        All that waits from this address at this form is confirmed: it was the address that had to be
        proved, and who wrote twice got one mail.

        :return: what :meth:`_confirmation_state` tells now
        :rtype: str
        """
        if self._confirmation_state() == "waiting":
            confirmed = self.search(self._get_confirmable_domain()) | self
            now = fields.Datetime.now()
            confirmed.write(
                {"confirm_state": "confirmed", "confirmed_at": now, "confirm_due": False, "state": "received"}
            )
            confirmed._kept()
        return self._confirmation_state()

    def _get_confirmable_domain(self):
        return (
            self._get_unconfirmed_domain()
            & Domain("form_id", "=", self.form_id.id)
            & Domain("confirm_email", "=", self.confirm_email)
            & Domain("confirm_until", ">", fields.Datetime.now())
        )

    @api.model
    def _get_unconfirmed_domain(self):
        return Domain("state", "=", "unconfirmed") & Domain("confirm_state", "=", "waiting")
