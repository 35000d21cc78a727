import uuid
from datetime import timedelta

from markupsafe import Markup
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import mute_logger

#: A submission waits seconds, or minutes where the scheduler was not woken; after that somebody has to look.
STUCK_AFTER = timedelta(minutes=5)


class SubmissionNotReady(Exception):
    """What came in can't be read yet: another system has to be asked first and did not answer.

    The submission waits and is tried again by itself, less and less often.

    :param str message: why, for the admin
    :param bool alone: the fault is this submission's alone; else others of the door need not be tried now either
    """

    def __init__(self, message, alone=False):
        super().__init__(message)
        self.alone = alone


class LeadyaSubmission(models.Model):
    """One thing that came through a door, kept as it came.

    The payload is stored before anything is tried with it and is never changed (until it
    is erased, see ``leadya.capture.form.erase_after_days``). Whatever could not be used stays
    here with the reason and can be tried again: :meth:`action_retry`.

    States: *received* (kept, its lead is still to be made), *unconfirmed* (its sender is asked
    first), *done* (made a lead), *merged* (joined an open lead), *spam*, *error*. ``refused`` tells
    errors of which the sender was told from those that nobody outside knows of.
    """

    _name = "leadya.submission"
    _description = "Submission"
    _order = "received_at desc, id desc"
    _rec_name = "reference"

    form_id = fields.Many2one("leadya.capture.form", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(related="form_id.company_id", store=True, precompute=True, index=True)
    received_at = fields.Datetime("Received", required=True, readonly=True, default=fields.Datetime.now)
    reference = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: str(uuid.uuid4()),
        help="What the sender was given.",
    )
    state = fields.Selection(
        [
            ("received", "Received"),
            ("unconfirmed", "Unconfirmed"),
            ("done", "Lead Made"),
            ("merged", "Joined"),
            ("spam", "Spam"),
            ("error", "Error"),
        ],
        default="received",
        required=True,
        readonly=True,
        index=True,
    )
    refused = fields.Boolean(readonly=True, help="The sender was told that it was not taken, and why.")
    error = fields.Char(readonly=True)
    lead_id = fields.Many2one("crm.lead", readonly=True, copy=False, index="btree_not_null", ondelete="set null")
    made_lead = fields.Boolean(readonly=True, copy=False, help="The lead was made of it; it did not join one.")
    sender = fields.Char(readonly=True)
    # As it came
    payload = fields.Text("Raw Payload", readonly=True)
    payload_encoding = fields.Selection(
        [("text", "As it came"), ("base64", "Base64")], default="text", required=True, readonly=True,
        help="Bytes that are no text are kept in base64.",
    )  # fmt: skip
    content_type = fields.Char(readonly=True)
    origin = fields.Char(readonly=True)
    referrer = fields.Char("Page", readonly=True)
    user_agent = fields.Char("Browser", readonly=True)
    remote_hash = fields.Char(
        "Sender's Mark",
        readonly=True,
        help="The same for posts of one network address; the address can't be told from it.",
    )
    idempotency_key = fields.Char(readonly=True, copy=False)
    # What was made of it
    understood = fields.Json("What Was Understood", readonly=True, help="Pairs of name and text.")
    unknown_fields = fields.Json(readonly=True, help="Pairs of name and text.")
    understood_html = fields.Html("Understood", compute="_compute_html", sanitize=False)
    unknown_html = fields.Html("Not Understood", compute="_compute_html", sanitize=False)
    has_unknown = fields.Boolean(compute="_compute_html")
    consent_given = fields.Boolean(readonly=True)
    consent_text = fields.Text(readonly=True)
    erased_at = fields.Datetime(readonly=True)
    # On the way
    is_test = fields.Boolean("Test", readonly=True, help="Sent to try the door; no lead is made of it.")
    outcome = fields.Json(readonly=True, help="Of a test: what would have become of it.")
    retry_at = fields.Datetime("Tried Again At", readonly=True)
    tries = fields.Integer(readonly=True)
    is_stuck = fields.Boolean("Waiting Too Long", compute="_compute_is_stuck")

    _reference_uniq = models.UniqueIndex("(reference)", "This reference is taken.")
    _key_uniq = models.UniqueIndex("(form_id, idempotency_key) WHERE idempotency_key IS NOT NULL", "This key was used.")
    _form_received_idx = models.Index("(form_id, received_at)")
    _waiting_idx = models.Index("(received_at) WHERE state = 'received'")

    @api.depends("understood", "unknown_fields")
    def _compute_html(self):
        for submission in self:
            submission.understood_html = html_table(submission.understood)
            submission.unknown_html = html_table(submission.unknown_fields)
            submission.has_unknown = bool(submission.unknown_fields)

    @api.depends("state", "retry_at")
    def _compute_is_stuck(self):
        stuck = self.filtered_domain(self._get_stuck_domain())
        stuck.is_stuck = True
        (self - stuck).is_stuck = False

    @api.model
    def _get_stuck_domain(self):
        """What has waited for so long that the scheduler can't be running."""
        since = fields.Datetime.now() - STUCK_AFTER
        return (
            Domain("state", "=", "received")
            & Domain("received_at", "<", since)
            & (Domain("retry_at", "=", False) | Domain("retry_at", "<", since))
        )

    @api.depends("form_id.name", "sender", "received_at")
    def _compute_display_name(self):
        for submission in self:
            who = submission.sender or fields.Datetime.to_string(submission.received_at)
            submission.display_name = f"{submission.form_id.name}: {who}"

    # Actions

    def action_retry(self):
        """Try again what has no lead yet: errors, and what still waits. It is done in the background."""
        self.check_access("write")
        todo = self.filtered(
            lambda submission: submission.state in ("error", "received")
            and not submission.lead_id
            and submission.payload
        )
        return todo._try_again()

    def action_mark_spam(self):
        """Call it spam; the lead that it made is archived, unless others have joined it."""
        self.check_access("write")
        self.write({"state": "spam"})
        made = self.filtered("made_lead").lead_id
        made.filtered(lambda lead: set(lead.submission_ids.mapped("state")) == {"spam"}).action_archive()

    def action_not_spam(self):
        """Take the verdict back: the lead returns, or is made now."""
        self.check_access("write")
        spam = self.filtered(lambda submission: submission.state == "spam")
        for submission in spam.filtered("lead_id"):
            submission.write({"state": "done" if submission.made_lead else "merged", "error": False})
        spam.filtered("made_lead").lead_id.action_unarchive()
        return spam.filtered(lambda submission: not submission.lead_id and submission.payload)._try_again()

    def _try_again(self):
        self.write({"state": "received", "error": False, "retry_at": False, "tries": 0})
        self._wake_up()
        return self._follow()

    def _follow(self, opened=False):
        """Have the web client tell how the work goes on, and what became of it.

        :param bool opened: show the submission itself when it is done
        """
        return {
            "type": "ir.actions.client",
            "tag": "leadya_follow_submissions",
            "params": {"ids": self.ids, "opened": opened},
        }

    @api.readonly
    def get_progress(self):
        """How far submissions are that are followed.

        :return: how many are ``waiting`` for their lead, how many ``failed``, and how many were ``put_off``: these
            are tried again by themselves
        :rtype: dict
        """
        self.check_access("read")
        put_off = self.filtered(lambda submission: submission.state == "received" and submission.retry_at)
        states = (self - put_off).mapped("state")
        return {"waiting": states.count("received"), "failed": states.count("error"), "put_off": len(put_off)}

    def action_process_now(self):
        """Make leads of all that waits at once, where the scheduler does not."""
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("Only a sales manager can do the scheduler's work."))
        for remote in (False, True):
            self.env["ir.cron"].sudo().browse(self._get_cron_id(remote)).method_direct_trigger()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_view_lead(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "res_id": self.lead_id.id,
            "view_mode": "form",
        }

    # Business: once

    @api.model
    def _find_by_key(self, form_id, key):
        """The reference of the submission that came with this key; "" if there is none."""
        return self.search([("form_id", "=", form_id), ("idempotency_key", "=", key)], limit=1).reference or ""

    @api.model
    def _create_once(self, values):
        """Store a submission; when another request stored its key first, give that one's reference.

        :return: the new record, or the reference (str) of the one that was first
        """
        if not values.get("idempotency_key"):
            return self.create(values)
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                return self.create(values)
        except UniqueViolation:
            reference = self._read_committed_reference(values["form_id"], values["idempotency_key"])
            if not reference:
                raise
            return reference

    def _kept(self):
        """What is done as soon as it is stored: its lead is made in the background."""
        self.filtered(lambda submission: submission.state == "received")._wake_up()

    @api.model
    def _read_committed_reference(self, form_id, key):
        # This transaction began before the other one ended, and so can't see its row: a new one can.
        with self.env.registry.cursor() as cr:
            return self.with_env(self.env(cr=cr))._find_by_key(form_id, key)


def html_table(texts):
    """Names and texts as a table; everything a visitor wrote is escaped."""
    texts = list(texts or ())
    if not texts:
        return Markup("")
    rows = Markup("").join(
        Markup(
            '<tr><th class="pe-3 text-nowrap align-top">%s</th>'
            '<td dir="auto" style="white-space: pre-wrap">%s</td></tr>'
        )
        % (name, text)
        for name, text in texts
    )
    return Markup('<table class="o_leadya_fields"><tbody>%s</tbody></table>') % rows
