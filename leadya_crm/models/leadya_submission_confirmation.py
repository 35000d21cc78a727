"""Double opt-in: the owner of an address says yes to a mail before a lead is made."""

import logging
import re
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import consteq, hmac

from ..tools.capture import CaptureError

_logger = logging.getLogger(__name__)

# A mail is made in about 15 ms: a batch is committed after a second.
_BATCH = 50
# The number of the submission, and a seal that only this database can make.
_TOKEN = re.compile(r"[0-9a-f]{96}")
# Whoever writes again within this time has the mail already, and its link confirms both.
_PAUSE = timedelta(hours=1)
# No address gets more mails than this within a day, whatever is posted at whichever door: nobody's mailbox is filled from here.
_MAILS_A_DAY = 3
_RESEND_PAUSE = timedelta(minutes=10)
_MAX_MAILS = 5


class LeadyaSubmission(models.Model):
    """SPECIFICATIONS: a submission that waits for the owner of its address.

    What it promises:

    - **No lead before the yes**, whichever way the submission is tried again, unless an admin takes it without one.
    - **The mail says nothing that a visitor wrote.** Whoever posts a stranger's address can neither write to that person
      from here nor make us write often (``_PAUSE``, ``_MAILS_A_DAY``).
    - **Only a press of the button confirms.** Mail scanners follow links, so opening the page changes nothing.
    - **The link is the submission's**: it can't be guessed or forged, is no key of the form, and lives on when that one changes.

    How it works: a held submission is in state *unconfirmed*, with ``confirm_state`` *waiting*. The scheduled action sends
    the mail at once (``confirm_due``) and marks what nobody confirmed in time. A confirmed one becomes *received* and goes on
    like any other.
    """

    _inherit = "leadya.submission"

    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(), string="Visitor's Language", readonly=True
    )
    consent_at = fields.Datetime(
        compute="_compute_consent_at", store=True, precompute=True, help="When consent was given, or confirmed by mail."
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
    confirm_due = fields.Boolean(readonly=True, copy=False, help="The mail is still to be sent.")
    confirm_held = fields.Selection(
        [
            ("before", "This address got a mail shortly before. Its link confirms this submission too."),
            ("many", "This address got many mails today. Send one by hand if it is wanted."),
            ("failed", "The mail could not be made. Look at its template, then send it again."),
        ],
        "No Mail",
        readonly=True,
        copy=False,
    )
    confirm_sent_at = fields.Datetime("Mail Sent", readonly=True, copy=False)
    confirm_mail_count = fields.Integer("Mails", readonly=True, copy=False)
    confirm_until = fields.Datetime("Link Works Until", readonly=True, copy=False)
    confirm_failure = fields.Char("Mail Failed", compute="_compute_confirm_failure", compute_sudo=True)
    confirmed_at = fields.Datetime("Confirmed", readonly=True, copy=False)

    _confirm_due_idx = models.Index("(id) WHERE confirm_due IS TRUE")
    _confirm_until_idx = models.Index("(confirm_until) WHERE confirm_state = 'waiting'")
    _confirm_email_idx = models.Index("(confirm_email) WHERE confirm_email IS NOT NULL")

    @api.depends("consent_given", "received_at", "confirmed_at")
    def _compute_consent_at(self):
        for submission in self:
            submission.consent_at = submission.consent_given and (submission.confirmed_at or submission.received_at)

    @api.depends("confirm_sent_at")
    def _compute_confirm_failure(self):
        mails = self.env["mail.mail"].search(
            Domain("model", "=", self._name)
            & Domain("res_id", "in", self.filtered("confirm_sent_at").ids)
            & Domain("state", "=", "exception")
        )
        failures = {mail.res_id: mail.failure_reason or mail.failure_type for mail in mails.sorted("id")}
        for submission in self:
            submission.confirm_failure = failures.get(submission.id, False)

    # Actions

    def action_resend_confirmation(self):
        """Send the mail again, with a link that works from now on; not too often."""
        waiting = self.filtered(lambda submission: submission.state == "unconfirmed" and submission.confirm_email)
        allowed = waiting.filtered(lambda submission: submission._may_resend())
        if not allowed:
            raise UserError(
                self.env._(
                    "Nothing is sent: a mail goes out at most every %(minutes)s minutes and %(count)s times in all.",
                    minutes=_RESEND_PAUSE.seconds // 60,
                    count=_MAX_MAILS,
                )
            )
        for form, submissions in allowed.grouped("form_id").items():
            until = fields.Datetime.now() + timedelta(days=form.confirm_days)
            submissions.write({"confirm_state": "waiting", "confirm_due": True, "confirm_held": False, "confirm_until": until})
        self._trigger_confirmations()
        return self._notify_admin(
            self.env._("%(count)s mails are sent in a moment.", count=len(allowed)), len(allowed) == len(self)
        )

    def action_take_unconfirmed(self):
        """Make the lead all the same: the admin knows better."""
        taken = self.filtered(lambda submission: submission.state == "unconfirmed" and submission.payload)
        taken.write({"confirm_state": "skipped", "confirm_due": False, "state": "received"})
        return taken.action_retry()

    def _may_resend(self):
        if self.confirm_mail_count >= _MAX_MAILS:
            return False
        return (
            not self.confirm_sent_at
            or bool(self.confirm_failure)
            or self.confirm_sent_at <= fields.Datetime.now() - _RESEND_PAUSE
        )

    def _notify_admin(self, message, complete):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if complete else "warning",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # Business: held

    def _kept(self):
        result = super()._kept()
        if self.filtered("confirm_due"):
            self._trigger_confirmations()
        return result

    @api.model
    def _trigger_confirmations(self):
        self.env.ref("leadya_crm.ir_cron_leadya_confirmation").sudo()._trigger()

    def _read_all(self):
        """Leave out what may not become a lead yet, whoever tries it again and for whatever reason."""
        reads = super()._read_all()
        return {submission: read for submission, read in reads.items() if not submission._hold(read)}

    def _hold_unconfirmed(self):
        """:return: the submissions that wait for their confirmation, or can't even be asked for one"""
        held = self.filtered(lambda submission: submission._must_be_confirmed())
        held._read_all()
        return held

    def _must_be_confirmed(self):
        asked = self.form_id._needs_confirmation() and not self.is_test
        return asked and self.confirm_state not in ("confirmed", "skipped")

    def _hold(self, read):
        """:return: whether it must wait"""
        form = self.form_id
        if not self._must_be_confirmed():
            return False
        try:
            hold = form._prepare_hold(read) if not self.confirm_state else {"state": "unconfirmed"}
            self.write({**form._prepare_outcome(read), **hold})
        except CaptureError as error:
            self._note_error(form._error_note(error.code, error.field, **error.params))
        if self.confirm_due:
            self._trigger_confirmations()
        return True

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

        All that waits from this address at this form is confirmed: it was the address that had to be proved, and who
        wrote twice got one mail.

        :return: what :meth:`_confirmation_state` tells now
        :rtype: str
        """
        if self._confirmation_state() == "waiting":
            confirmed = self.search(self._get_confirmable_domain()) | self
            confirmed.write(
                {
                    "confirm_state": "confirmed",
                    "confirmed_at": fields.Datetime.now(),
                    "confirm_due": False,
                    "state": "received",
                }
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

    # Business: the mail

    def _send_confirmations(self):
        """Send each its mail, or say why there is none."""
        to_send = self._hold_back_mails()
        for form, submissions in to_send.grouped("form_id").items():
            submissions._send_confirmation(form)

    def _hold_back_mails(self):
        """Leave out whose address has had enough mails.

        :return: those that get one now
        """
        now = fields.Datetime.now()
        sent = self.search(
            Domain("confirm_email", "in", self.mapped("confirm_email")) & Domain("confirm_sent_at", ">", now - timedelta(days=1))
        )
        by_address = {address: list(submissions) for address, submissions in sent.grouped("confirm_email").items()}
        to_send = self.browse()
        for submission in self.sorted("id"):
            others = [other for other in by_address.setdefault(submission.confirm_email, []) if other != submission]
            submission.confirm_held = submission._reason_for_no_mail(others, to_send)
            if not submission.confirm_held:
                to_send |= submission
                by_address[submission.confirm_email].append(submission)
        (self - to_send).confirm_due = False
        return to_send

    def _reason_for_no_mail(self, others, to_send):
        """:param others: submissions of the same address that got a mail today, or are in ``to_send``"""
        recently = fields.Datetime.now() - _PAUSE
        for other in others:
            got_one = other in to_send or other.confirm_sent_at > recently
            if got_one and other.form_id == self.form_id and other._confirmation_state() == "waiting":
                return "before"
        return "many" if len(others) >= _MAILS_A_DAY else False

    def _send_confirmation(self, form):
        """Make the mails of one form; they leave as soon as this is committed."""
        try:
            with self.env.cr.savepoint():
                mails = form._get_confirm_template().sudo().send_mail_batch(self.ids)
                mails.write({"auto_delete": True, "headers": repr(_HEADERS)})
        except Exception as error:
            # A template that somebody broke: the same for all of them.
            _logger.warning("The mails of the capture form %s can't be made: %s", form.id, error)
            self.write({"confirm_due": False, "confirm_held": "failed"})
            return
        now = fields.Datetime.now()
        self.write({"confirm_due": False, "confirm_sent_at": now, "confirm_until": now + timedelta(days=form.confirm_days)})
        for submission in self:
            submission.confirm_mail_count += 1
        mails.send_after_commit()

    # Scheduled

    @api.model
    def _cron_confirm(self):
        """Send the mails that are due, and mark what nobody confirmed in time."""
        self.search(self._get_overdue_domain()).write({"confirm_state": "expired", "confirm_due": False})
        self._retry_failed_mails()
        domain = self._get_due_domain()
        while batch := self.search(domain, order="id", limit=_BATCH):
            locked = batch.try_lock_for_update()
            locked._send_confirmations()
            # What another transaction holds is left for the next run, or this one would never end.
            if not self.env["ir.cron"]._commit_progress(len(locked), remaining=self.search_count(domain)) or not locked:
                return

    @api.model
    def _get_due_domain(self):
        return Domain("confirm_due", "=", True) & self._get_unconfirmed_domain()

    @api.model
    def _get_overdue_domain(self):
        erased_or_late = Domain("confirm_until", "<=", fields.Datetime.now()) | Domain("erased_at", "!=", False)
        return Domain("confirm_state", "=", "waiting") & erased_or_late

    @api.model
    def _retry_failed_mails(self):
        """Send again what failed because the mail server was out of reach, for a day."""
        failed = self.env["mail.mail"].sudo().search(
            Domain("model", "=", self._name)
            & Domain("state", "=", "exception")
            # Where no connection could be made, Odoo notes no type.
            & Domain("failure_type", "in", (False, "mail_smtp"))
            & Domain("create_date", ">", fields.Datetime.now() - timedelta(days=1))
        )  # fmt: skip
        failed.mark_outgoing()
        failed.send_after_commit()

    @api.model
    def _get_personal_fields(self):
        return [*super()._get_personal_fields(), "confirm_email", "confirm_due"]


# So that no automatic answer comes back (RFC 3834, section 5).
_HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
