"""The mail that asks for a confirmation: sent at once, seldom to the same address, and never in vain without a word."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

# A mail is made in about 15 ms: a batch is committed after a second.
_BATCH = 50
# Whoever writes again within this time has the mail already, and its link confirms both.
_PAUSE = timedelta(hours=1)
# No address gets more than these within a day, whichever forms are used: nobody's mailbox is filled from here.
_MAILS_A_DAY = 3
# After so long a mail server that was out of reach is tried again, for a day.
_RETRY_PAUSE = timedelta(minutes=10)
# So that no automatic answer comes back (RFC 3834, section 5).
_HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


class LeadyaSubmission(models.Model):
    _inherit = "leadya.submission"

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
    confirm_failure = fields.Char("Mail Failed", compute="_compute_confirm_failure", compute_sudo=True)

    _confirm_due_idx = models.Index("(id) WHERE confirm_due IS TRUE")

    @api.depends("confirm_sent_at")
    def _compute_confirm_failure(self):
        sent = self.filtered("confirm_sent_at")
        failed = self.env["mail.mail"].search(self._get_failed_mails_domain() & Domain("res_id", "in", sent.ids))
        reasons = {mail.res_id: mail.failure_reason or mail.failure_type for mail in failed.sorted("id")}
        for submission in self:
            submission.confirm_failure = reasons.get(submission.id, False)

    # Scheduled

    @api.model
    def _wake_up_confirmations(self):
        """Have the mails sent as soon as this is committed."""
        self._wake_up_after_commit(self.env["ir.model.data"]._xmlid_to_res_id("leadya_crm.ir_cron_leadya_confirmation"))

    @api.model
    def _cron_confirm(self):
        """Send the mails that are due, and mark what nobody confirmed in time."""
        self.search(self._get_overdue_domain()).write({"confirm_state": "expired", "confirm_due": False})
        self._retry_failed_mails()
        domain = self._get_due_domain()
        while batch := self.search(domain, order="id", limit=_BATCH):
            locked = batch.try_lock_for_update()
            locked._send_confirmations()
            time_left = self.env["ir.cron"]._commit_progress(len(locked), remaining=self.search_count(domain))
            # What another transaction holds is left for the next run, or this one would never end.
            if not locked or not time_left:
                return

    @api.model
    def _get_due_domain(self):
        return Domain("confirm_due", "=", True) & self._get_unconfirmed_domain()

    @api.model
    def _get_overdue_domain(self):
        late_or_erased = Domain("confirm_until", "<=", fields.Datetime.now()) | Domain("erased_at", "!=", False)
        return Domain("confirm_state", "=", "waiting") & late_or_erased

    # Business: who gets one

    def _send_confirmations(self):
        """Send each its mail, or note why there is none."""
        for form, submissions in self._leave_out_pestered().grouped("form_id").items():
            submissions._send_confirmation(form)

    def _leave_out_pestered(self):
        """Leave out whose address has had enough mails.

        :return: those that get one now
        """
        since = fields.Datetime.now() - timedelta(days=1)
        sent = self.search(
            Domain("confirm_email", "in", self.mapped("confirm_email")) & Domain("confirm_sent_at", ">", since)
        )
        told = {address: list(submissions) for address, submissions in sent.grouped("confirm_email").items()}
        to_send = self.browse()
        for submission in self.sorted("id"):
            others = told.setdefault(submission.confirm_email, [])
            submission.confirm_held = submission._reason_for_no_mail(set(others) - {submission}, to_send)
            if not submission.confirm_held:
                to_send |= submission
                others.append(submission)
        (self - to_send).confirm_due = False
        return to_send

    def _reason_for_no_mail(self, others, to_send):
        """:param others: submissions of the same address that got a mail today, or get one now (``to_send``)"""
        recently = fields.Datetime.now() - _PAUSE
        for other in others:
            has_mail = other in to_send or other.confirm_sent_at > recently
            if has_mail and other.form_id == self.form_id and other._confirmation_state() == "waiting":
                return "before"
        return "many" if len(others) >= _MAILS_A_DAY else False

    # Business: sending

    def _send_confirmation(self, form):
        """Make the mails of one form; they leave as soon as this is committed."""
        try:
            with self.env.cr.savepoint():
                mails = form._get_confirm_template().sudo().send_mail_batch(self.ids)
                mails.write({"auto_delete": True, "headers": repr(_HEADERS)})
        except Exception as error:
            # A template that somebody broke is broken for all of them.
            _logger.warning("The mails of the capture form %s can't be made: %s", form.id, error)
            self.write({"confirm_due": False, "confirm_held": "failed"})
            return
        self.write({**form._prepare_question(), "confirm_due": False, "confirm_sent_at": fields.Datetime.now()})
        for submission in self:
            submission.confirm_mail_count += 1
        mails.send_after_commit()

    @api.model
    def _retry_failed_mails(self):
        """Send again what failed because the mail server was out of reach."""
        now = fields.Datetime.now()
        failed = (
            self.env["mail.mail"]
            .sudo()
            .search(
                self._get_failed_mails_domain()
                # Where no connection could be made, Odoo notes no type.
                & Domain("failure_type", "in", (False, "mail_smtp"))
                & Domain("write_date", "<", now - _RETRY_PAUSE)
                & Domain("create_date", ">", now - timedelta(days=1))
            )
        )
        failed.mark_outgoing()
        failed.send_after_commit()

    @api.model
    def _get_failed_mails_domain(self):
        return Domain("model", "=", self._name) & Domain("state", "=", "exception")
