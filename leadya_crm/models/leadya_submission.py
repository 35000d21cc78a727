import base64
import binascii
import logging
import uuid

from markupsafe import Markup
from psycopg2 import IntegrityError
from psycopg2.errors import UniqueViolation

from odoo import SUPERUSER_ID, Command, api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import email_normalize, mute_logger
from odoo.tools.constants import GC_UNLINK_LIMIT

from ..tools.capture import CaptureError

_logger = logging.getLogger(__name__)

# How many submissions the scheduled action takes before it commits: a failure then loses
# little work, and no lock is held for long.
_BATCH = 50


class SubmissionNotReady(Exception):
    """What came in can't be read yet: another system has to be asked first and did not answer.

    The submission waits and is tried again by itself, less and less often.

    :param str message: why, for the admin
    """


class LeadyaSubmission(models.Model):
    """One thing that came through a door, kept as it came.

    The payload is stored before anything is tried with it and is never changed (until it
    is erased, see ``leadya.capture.form.erase_after_days``). Whatever could not be used stays
    here with the reason and can be tried again: :meth:`action_retry`.

    States: *received* (kept, its lead is still to be made), *unconfirmed* (its sender is asked first), *done* (made a lead), *merged*
    (joined an open lead), *spam*, *error*. ``refused`` tells errors of which the sender was told
    from those that nobody outside knows of.
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

    _reference_uniq = models.UniqueIndex("(reference)", "This reference is taken.")
    _key_uniq = models.UniqueIndex("(form_id, idempotency_key) WHERE idempotency_key IS NOT NULL", "This key was used.")
    _form_received_idx = models.Index("(form_id, received_at)")
    _waiting_idx = models.Index("(received_at) WHERE state = 'received'")

    @api.depends("understood", "unknown_fields")
    def _compute_html(self):
        for submission in self:
            submission.understood_html = _table(submission.understood)
            submission.unknown_html = _table(submission.unknown_fields)
            submission.has_unknown = bool(submission.unknown_fields)

    @api.depends("form_id.name", "sender", "received_at")
    def _compute_display_name(self):
        for submission in self:
            who = submission.sender or fields.Datetime.to_string(submission.received_at)
            submission.display_name = f"{submission.form_id.name}: {who}"

    # Actions

    def action_retry(self):
        """Try again what has no lead yet: errors, spam that is none, and what still waits."""
        todo = self.filtered(lambda submission: not submission.lead_id and submission.payload)
        todo.write({"state": "received", "error": False})
        todo._process()
        failed = todo.filtered(lambda submission: submission.state == "error")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if failed else "success",
                "message": self.env._("%(done)s tried again, %(failed)s failed.", done=len(todo), failed=len(failed)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_mark_spam(self):
        """Call it spam; the lead that it made is archived."""
        made = self.filtered(lambda submission: submission.state == "done").lead_id
        made.action_archive()
        self.write({"state": "spam"})

    def action_not_spam(self):
        """Take the verdict back: the lead returns, or is made now."""
        spam = self.filtered(lambda submission: submission.state == "spam")
        with_lead = spam.filtered("lead_id")
        with_lead.lead_id.action_unarchive()
        with_lead.write({"state": "done", "error": False})
        (spam - with_lead).action_retry()

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
        """What is done as soon as it is stored."""
        self.filtered(lambda submission: submission.state == "received")._process()

    @api.model
    def _read_committed_reference(self, form_id, key):
        # This transaction began before the other one ended, and so can't see its row: a new one can.
        with self.env.registry.cursor() as cr:
            return self.with_env(self.env(cr=cr))._find_by_key(form_id, key)

    # Business: from submission to lead

    def _process(self):
        """Make each submission a lead; each for itself, so that one failure is one failure."""
        for submission in self:
            submission._process_one()

    def _process_one(self):
        """Make the submission a lead, or note why it could not be."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._make_lead()
        except CaptureError as error:
            self.write({"state": "error", "error": self.form_id._error_text(error.code, error.field, **error.params)})
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError, IntegrityError) as error:
            # Two posts at once met in the same row. The submission is safe; its lead is made in a moment.
            _logger.info("Submission %s waits for another transaction: %s", self.reference, type(error).__name__)
            self.env.ref("leadya_crm.ir_cron_leadya_submission").sudo()._trigger()
        except Exception as error:
            _logger.warning(
                "Submission %s made no lead: %s", self.reference, error, exc_info=_logger.isEnabledFor(logging.DEBUG)
            )
            self.write({"state": "error", "error": f"{type(error).__name__}: {error}"[:1000]})

    def _make_lead(self):
        form = self.form_id
        read = form._read_submission(self)
        lead = self._find_open_lead(read["values"]) if form.duplicate_policy == "join" else self.env["crm.lead"]
        state = "merged" if lead else "done"
        if lead:
            self._join(lead, read)
        else:
            lead = self._lead_model().create(self._prepare_lead(read))
        self.write({**form._prepare_outcome(read), "lead_id": lead.id, "state": state})

    def _body(self):
        body = self.payload or ""
        try:
            return base64.b64decode(body) if self.payload_encoding == "base64" else body.encode()
        except binascii.Error:
            return b""

    def _lead_model(self):
        """Leads as the door makes them: in the form's company, whoever is at the keyboard.

        The context is made anew: defaults of the view from which somebody tries again don't belong here.
        """
        company = self.form_id.company_id
        env = self.env(
            user=SUPERUSER_ID,
            su=True,
            context={"lang": company.partner_id.lang or self.env.lang, "allowed_company_ids": company.ids},
        )
        return env["crm.lead"]

    def _prepare_lead(self, read):
        form = self.form_id
        touches = self._prepare_touches(read)
        values = {
            **read["values"],
            "company_id": form.company_id.id,
            # Nobody chose an owner: the corridor does. Without this it would be the current user.
            "user_id": False,
            # Named even when empty: Odoo would fill them from cookies of whoever is at the keyboard.
            **self._prepare_utm_defaults(touches),
            "touch_ids": [Command.create(touch) for touch in touches],
        }
        if form.team_id:
            values["team_id"] = form.team_id.id
            values["type"] = "lead" if form.team_id.use_leads else "opportunity"
        return values

    def _prepare_utm_defaults(self, touches):
        """The form's source, medium and campaign where the visits don't tell.

        A click id or a referrer tells source and medium as well: the corridor reads them. The
        values of an only visit are given at once, which spares computing the probability twice.
        """
        form = self.form_id
        only = touches[0] if len(touches) == 1 else {}
        told = {name for touch in touches for name, value in touch.items() if value}
        if told & {"click_id", "referrer_url", "source_id", "medium_id"}:
            told |= {"source_id", "medium_id"}
        return {
            name: only.get(name) or (name not in told and form[name].id)
            for name in ("source_id", "medium_id", "campaign_id")
        }

    def _prepare_touches(self, read):
        """The visits that led here, oldest first, as values of ``leadya.touch``.

        :raises ConcurrencyError: see ``leadya.touch._make_utm_finder``
        """
        find = self._lead_model().env["leadya.touch"]._make_utm_finder()
        touches = []
        for said in read["touches"] or self._touches_of_page():
            touch = {"touched_at": self.received_at, "origin": "form", **said}
            for name in ("source", "medium", "campaign"):
                if text := touch.pop(name, None):
                    touch[f"{name}_id"] = find(f"utm.{name}", text)
            touches.append(touch)
        return touches

    def _touches_of_page(self):
        """The visit where the post says nothing of it: the address of the page that posted.

        The bare name of a site (all that browsers tell another site) is no evidence of a direct
        visit, so it makes no touch.
        """
        said = self.env["leadya.touch"]._values_from_url(self.referrer or "")
        return [{**said, "landing_url": self.referrer}] if said else []

    # Business: the same person again

    def _find_open_lead(self, values):
        """The open lead of the same person in the form's company; empty if there is none."""
        Lead = self._lead_model()
        company = self.form_id.company_id
        country = Lead.env["res.country"].browse(values.get("country_id")) or company.country_id
        phone = values.get("phone")
        keys = {
            "external_ref": values.get("external_ref"),
            "email_normalized": email_normalize(values.get("email_from") or ""),
            "phone_sanitized": phone and Lead._phone_format(number=phone, country=country, force_format="E164"),
            "company_id": company.id,
        }
        return Lead._leadya_find_duplicates([keys])[0]

    def _join(self, lead, read):
        """Add the visit and the message to the lead that is there, and tell its rep.

        Fields of the lead stay as they are: whoever knows somebody's e-mail address must not
        be able to change that person's phone number.
        """
        touches = [{**touch, "lead_id": lead.id} for touch in self._prepare_touches(read)]
        decisions = lead.env["leadya.touch"].create(touches)._complete()
        lead.env["leadya.decision.log"]._log(decisions)
        lead.message_post(body=self._join_message(lead, read), subtype_xmlid="mail.mt_note")
        self._tell_rep(lead)

    def _join_message(self, lead, read):
        title = lead.env._("Wrote again by “%(form)s”.", form=self.form_id.with_env(lead.env).name)
        return Markup("<p>%s</p>%s%s") % (title, _table(read["understood"].items()), _table(read["unknown"].items()))

    def _tell_rep(self, lead):
        """An open reminder says it once, however often somebody writes."""
        summary = lead.env._("Wrote again")
        if not lead.user_id or lead.activity_ids.filtered(lambda activity: activity.summary == summary):
            return
        # The mark in the rep's list is enough; a mail for each post would be a trap.
        lead.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_todo", summary=summary, user_id=lead.user_id.id
        )

    # Scheduled

    @api.model
    def _cron_process(self):
        """Make leads of what still waits; a batch at a time, beside other workers."""
        cron = self.env["ir.cron"]
        domain = self._get_waiting_domain()
        while batch := self.search(domain, order="received_at, id", limit=_BATCH):
            locked = batch.try_lock_for_update()
            locked._process()
            # What waits on still is left for the next run, or this one would never end.
            remaining = self.search_count(domain)
            if not cron._commit_progress(len(locked), remaining=remaining) or not locked.filtered(
                lambda one: one.state != "received"
            ):
                return

    @api.model
    def _get_waiting_domain(self):
        return Domain("state", "=", "received")

    @api.autovacuum
    def _gc_personal_data(self):
        """Erase what old submissions hold where their form says so; the rows stay to be counted."""
        forms = self.env["leadya.capture.form"].with_context(active_test=False).search([("erase_after_days", ">", 0)])
        for form in forms:
            self.search(form._get_erasable_domain(), limit=GC_UNLINK_LIMIT).write(self._prepare_erasure())

    @api.model
    def _prepare_erasure(self):
        return {
            **dict.fromkeys(
                ("payload", "sender", "understood", "unknown_fields", "user_agent", "remote_hash", "referrer"), False
            ),
            "erased_at": fields.Datetime.now(),
        }


def _table(texts):
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
