"""What the doors of advertising platforms have in common.

A platform proves who it is by a key or a signature. Who can't is refused and told so; the
post is kept for the admin to see, within the door's limits. What has been proven is never
refused for what a person wrote: nobody is there to mend it. An answer that doesn't fit its
field is kept, shown, and the lead made of the rest.
"""

import hashlib
import hmac

from psycopg2.errors import UniqueViolation

from odoo import Command, api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import mute_logger

from ..tools import capture
from ..tools.capture import CaptureError

#: Kinds of doors, and where each is on this server.
PLATFORMS = {"google_ads": "/leadya/google-ads", "meta": "/leadya/meta"}

# Target, name and other names, as the platforms call the questions that they know.
_LINES = {
    "google_ads": [
        ("contact_name", "FULL_NAME", ""),
        ("first_name", "FIRST_NAME", ""),
        ("last_name", "LAST_NAME", ""),
        ("email_from", "EMAIL", "WORK_EMAIL"),
        ("phone", "PHONE_NUMBER", "WORK_PHONE"),
        ("partner_name", "COMPANY_NAME", ""),
        ("function", "JOB_TITLE", ""),
        ("street", "STREET_ADDRESS", ""),
        ("city", "CITY", ""),
        ("state_id", "REGION", "STATE"),
        ("zip", "POSTAL_CODE", "ZIP_CODE"),
        ("country_id", "COUNTRY", ""),
    ],
    "meta": [
        ("contact_name", "full_name", "name"),
        ("first_name", "first_name", ""),
        ("last_name", "last_name", ""),
        ("email_from", "email", "work_email"),
        ("phone", "phone_number", "phone, work_phone_number"),
        ("partner_name", "company_name", ""),
        ("function", "job_title", ""),
        ("website", "website", ""),
        ("street", "street_address", ""),
        ("city", "city", ""),
        ("state_id", "state", "province"),
        ("zip", "zip_code", "post_code, zip, postal_code"),
        ("country_id", "country", ""),
    ],
}
_MAX_NOTES = 20000
_MAX_TEXT = 255


class LeadyaCaptureForm(models.Model):
    _inherit = "leadya.capture.form"

    unknown_to_notes = fields.Boolean(
        "Other Answers into the Notes",
        default=True,
        help="What the field map doesn't take is written into the lead's notes, under its question. "
        "In any case it is kept in the submission.",
    )
    last_test_at = fields.Datetime("Last Test Lead", compute="_compute_last_test_at")

    def _compute_last_test_at(self):
        # What came over the network: the sample that is sent from the form itself proves no connection.
        tests = self.env["leadya.submission"]._read_group(
            [
                ("form_id", "in", self.ids),
                ("is_test", "=", True),
                ("refused", "=", False),
                ("remote_hash", "!=", False),
            ],
            ["form_id"],
            ["received_at:max"],
        )
        last = dict(tests)
        for form in self:
            form.last_test_at = last.get(form)

    def _compute_wiring(self):  # pylint: disable=missing-return; a compute returns nothing
        super()._compute_wiring()
        for form in self.filtered(lambda form: form.kind in PLATFORMS):
            form.endpoint_url = f"{form.get_base_url()}{PLATFORMS[form.kind]}/{form.token}"

    @api.onchange("kind")
    def _onchange_kind(self):
        """Another kind calls the same fields by other names; the map of a door that is in use stays."""
        if not self._origin:
            self.field_ids = [Command.clear(), *self._prepare_lines(self.kind)]

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [
                vals if vals.get("kind", "form") == "form" else {"field_ids": self._prepare_lines(vals["kind"]), **vals}
                for vals in vals_list
            ]
        )

    @api.model
    def _prepare_lines(self, kind):
        return [Command.create(values) for values in self.env["leadya.capture.field"]._default_lines(kind)]

    # The way in

    def _check_platform_body(self, body, meta):
        """:raises CaptureError: ``media_json``, ``too_large``"""
        media, _options = capture.media_type(meta.get("content_type"))
        if media != capture.JSON:
            raise CaptureError("media_json")
        if body is None:
            raise CaptureError("too_large", limit=capture.MAX_BODY)

    def _reject_platform(self, values, error):
        """Refuse what nobody has proven to come from the platform, or can't be read.

        It is kept, since a key that was pasted wrongly is seen by nothing else; but not more of
        it than the limits of the door allow, which hold for nothing else here.
        """
        if wait := self._seconds_to_wait(values["remote_hash"]):
            return {**self._refusal(429, "rate", seconds=wait), "retry_after": wait}
        answer = self._reject(values, error)
        status = {"google_key": 401, "signature": 401, "media_json": 415}.get(error.code)
        return {**answer, "status": status or answer["status"]}

    @api.model
    def _is_secret(self, sent, secret):
        """Whether the text is the secret; takes as long whatever is wrong with it."""
        sent = (sent or "").encode("utf-8", "replace")
        return hmac.compare_digest(sent, (secret or "").encode()) and bool(secret)

    @api.model
    def _platform_ref(self, platform, lead_id):
        """What the platform's lead is called here: key against doubles, and the lead's external reference.

        :return: "" where the platform gives no identifier
        """
        if not lead_id:
            return ""
        if len(lead_id) > 100 or not lead_id.isprintable():
            lead_id = hashlib.sha256(lead_id.encode()).hexdigest()
        return f"{platform}:{lead_id}"

    def _keep_batch(self, values_list):
        """Store many at once; what is known by its key stands as it is.

        :param list[dict] values_list: of ``leadya.submission``, each with ``idempotency_key`` (may be empty)
        :return: a submission for each, in their order; the same where the key is the same
        :raises ConcurrencyError: another transaction has just stored one of the keys: Odoo runs the request again
        """
        Submission = self.env["leadya.submission"]
        # Without a key it is like no other.
        names = [values["idempotency_key"] or number for number, values in enumerate(values_list)]
        keys = [name for name in names if isinstance(name, str)]
        known = Submission.search([("form_id", "=", self.id), ("idempotency_key", "in", keys)])
        found = {submission.idempotency_key: submission for submission in known}
        # From the end, so that the first of the same key stands.
        new = {
            name: values for name, values in reversed(list(zip(names, values_list, strict=True))) if name not in found
        }
        try:
            with mute_logger("odoo.sql_db"):
                created = Submission.create(list(reversed(new.values())))
        except UniqueViolation as error:
            raise ConcurrencyError(str(error)) from error
        created._kept()
        found.update(zip(reversed(new), created, strict=True))
        return [found[name] for name in names]

    # What it means

    def _read_platform_lead(self, lead, ref):
        """What a platform says of a lead, by the door's map.

        :param PlatformLead lead: see ``tools.platform_lead``
        :param str ref: see :meth:`_platform_ref`
        :return: as :meth:`_read_fields`
        :rtype: dict
        :raises CaptureError: ``missing``, where an admin made a field required
        """
        understood = {}
        texts, others = self._sort_answers(lead.answers)
        self._check_required(texts)
        values = self._read_lines(texts, understood, others)
        unknown = dict(lead.unknown)
        if self.unknown_to_notes:
            self._add_to_notes(values, others)
            understood.update(others)
        else:
            unknown.update(others)
        self._compose_names(values)
        if ref:
            values.setdefault("external_ref", ref)
        return {
            "values": values,
            "understood": {**understood, **lead.details},
            "unknown": unknown,
            "touches": [self._prepare_platform_visit(lead.visit)],
            "consent": False,
        }

    def _sort_answers(self, answers):
        """The answers that a line of the map takes, and all others by their question.

        :return: lists of texts by line, and texts by label
        :rtype: tuple
        """
        lines = self._lines_by_name()
        texts, others = {}, {}
        for answer in answers:
            line = next(filter(None, (lines.get(capture.normalise_name(name)) for name in answer[:2])), None)
            if value := line and self._read_answer(line, answer):
                texts.setdefault(line, []).append(value)
            elif answer.text.strip():
                others[answer.label] = (
                    f"{others[answer.label]}, {answer.text}" if answer.label in others else answer.text
                )
        return texts, others

    def _read_answer(self, line, answer):
        """The answer as the line wants it; "" where it doesn't fit."""
        try:
            return self._read_text(line, answer.name, answer.text, False)
        except CaptureError:
            return ""

    def _add_to_notes(self, values, texts):
        notes = [values.get("description"), *(f"{label}: {text}" for label, text in texts.items())]
        if any(notes):
            values["description"] = capture.many_lines("\n".join(filter(None, notes)))[:_MAX_NOTES]

    def _prepare_platform_visit(self, visit):
        """The visit as values of a touch; an admin who names a source or medium knows better."""
        texts = {name: capture.one_line(text)[:_MAX_TEXT] for name, text in visit.items() if isinstance(text, str)}
        touch = {"origin": "platform", **visit, **texts}
        for name in ("source", "medium"):
            if self[f"{name}_id"]:
                touch.pop(name, None)
                touch[f"{name}_id"] = self[f"{name}_id"].id
        return touch

    def _get_error_texts(self, params):
        return {
            **super()._get_error_texts(params),
            "media_json": self.env._("Send application/json."),
            "google_key": self.env._("The key is wrong: nobody has proven that this came from Google."),
            "signature": self.env._("The signature is missing or wrong: nobody has proven that this came from Meta."),
        }


class LeadyaCaptureField(models.Model):
    _inherit = "leadya.capture.field"

    @api.model
    def _default_lines(self, kind="form"):
        if kind == "json":
            # By it another system asks later what became of its lead.
            reference = {"sequence": 5, "target": "external_ref", "name": "external_ref", "synonyms": ""}
            return [reference, *super()._default_lines(kind)]
        if kind not in _LINES:
            return super()._default_lines(kind)
        return [
            {"sequence": 10 * position, "target": target, "name": name, "synonyms": synonyms, "required": False}
            for position, (target, name, synonyms) in enumerate(_LINES[kind], 1)
        ]
