"""The way in of a door: who may post, what is kept of it, and what is answered."""

import base64
import secrets

from odoo import api, models

from ..tools import capture
from ..tools.capture import CaptureError

TOKEN_BYTES = 32


class LeadyaCaptureForm(models.Model):
    _inherit = "leadya.capture.form"

    @api.model
    def _new_token(self):
        return secrets.token_urlsafe(TOKEN_BYTES)

    def _receive(self, body, meta):
        """Take in one post: refuse it, or keep it for a lead to be made of it.

        Stages: origin → rate → parse → known key → guard → read → keep. Each may end the way with
        an answer; what passes them all is kept and answered with success.

        :param bytes body: as it came, None when it was too large to be read
        :param dict meta: ``content_type``, ``origin``, ``referrer``, ``user_agent``, ``remote_addr``,
            ``idempotency_key``, ``own_origin``: what the headers say; each may be missing
        :return: ``status`` (HTTP), and ``reference`` or ``error`` (text), ``code``, ``field``;
            ``retry_after`` (seconds) with 429
        :rtype: dict
        """
        self.ensure_one()
        if not self._is_allowed_origin(meta.get("origin"), meta.get("own_origin")):
            return self._refusal(403, "origin")
        values = self._prepare_submission(body, meta)
        if wait := self._seconds_to_wait(values["remote_hash"]):
            return {**self._refusal(429, "rate", seconds=wait), "retry_after": wait}
        try:
            post = self._read_post(body, meta)
            return self._receive_post(post, values, meta)
        except CaptureError as error:
            return self._reject(values, error)

    def _receive_post(self, post, values, meta):
        """:raises CaptureError: what the sender is to be told"""
        values = {**values, **self._prepare_shown(post, meta), "idempotency_key": post.key or False}
        if known := self._find_known(post.key):
            return self._acceptance(known)
        if code := self._guard(post, meta):
            # Answered like any other: a robot learns nothing.
            return self._acceptance(self._keep({**values, **self._prepare_verdict(code, post)}))
        door = self._in_company()
        read = door._read_fields(post)
        return self._acceptance(self._keep({**values, **door._prepare_outcome(read), **self._prepare_hold(read)}))

    def _prepare_hold(self, read):
        """Values that hold a submission back until something else has happened, such as its confirmation.

        :param dict read: see :meth:`_read_fields`
        """
        return {}

    def _find_known(self, key):
        """The reference of what came with this idempotency key; "" if there is none."""
        return self.env["leadya.submission"]._find_by_key(self.id, key) if key else ""

    def _keep(self, values):
        """Store what came in, once: where its idempotency key is known, the first one stands.

        :param dict values: of ``leadya.submission``, see :meth:`_prepare_submission`
        :return: the reference to answer with
        :rtype: str
        """
        submission = self.env["leadya.submission"]._create_once({"form_id": self.id, **values})
        if isinstance(submission, str):
            return submission
        submission._kept()
        return submission.reference

    def _read_post(self, body, meta):
        """:raises CaptureError:"""
        media, _options = capture.media_type(meta.get("content_type"))
        if media not in capture.MEDIA_TYPES or (self.kind == "json" and media != capture.JSON):
            raise CaptureError("media")
        if body is None:
            raise CaptureError("too_large", limit=capture.MAX_BODY)
        post = capture.parse_post(body, meta["content_type"])
        if meta.get("idempotency_key"):
            post.key = capture.check_key(meta["idempotency_key"])
        return post

    def _prepare_submission(self, body, meta):
        text, encoding = _storable_body(body)
        return {
            "form_id": self.id,
            "payload": text,
            "payload_encoding": encoding,
            "content_type": _header(meta.get("content_type")),
            "origin": _header(meta.get("origin")),
            "referrer": _header(meta.get("referrer")),
            "user_agent": _header(meta.get("user_agent")),
            "remote_hash": self._hash_address(meta.get("remote_addr")),
        }

    def _prepare_outcome(self, read):
        """What was understood of a post, as values of its submission."""
        values = read["values"]
        who = [
            values.get("contact_name") or values.get("partner_name"),
            values.get("email_from") or values.get("phone"),
        ]
        return {
            "sender": " · ".join(filter(None, who)) or False,
            # Pairs, since a JSON object of PostgreSQL forgets the order of the form.
            "understood": list(map(list, read["understood"].items())),
            "unknown_fields": list(map(list, read["unknown"].items())),
            "consent_given": read["consent"],
            "refused": False,
            "error": False,
        }

    def _acceptance(self, reference):
        return {"status": 200, "reference": reference}

    def _refusal(self, status, code, field="", **params):
        return {"status": status, "code": code, "field": field, "error": self._error_text(code, field, **params)}

    def _reject(self, values, error):
        """Keep what was refused, for the admin to see, and tell the sender what is wrong.

        The idempotency key is left free: the sender may mend the post and send it again.
        """
        status = {"media": 415, "too_large": 413}.get(error.code, 400)
        answer = self._refusal(status, error.code, error.field, **error.params)
        note = self._error_note(error.code, error.field, **error.params)
        submission = self.env["leadya.submission"].create({**values, "state": "error", "refused": True, "error": note})
        return {**answer, "reference": submission.reference}

    # What is answered

    def _error_text(self, code, field="", **params):
        """What is wrong, in the reader's language."""
        text = self._get_error_texts(params)[code]
        return f"{field}: {text}" if field else text

    def _error_note(self, code, field="", **params):
        """The same for the people of the company, whatever the visitor's language."""
        return self.with_context(lang=self._get_lang())._error_text(code, field, **params)

    def _get_error_texts(self, params):
        """What each code says.

        :param dict params: figures for the texts, see ``CaptureError``
        :rtype: dict[str, str]
        """
        return {
            "media": self.env._(
                "Send a form (application/x-www-form-urlencoded or multipart/form-data) or application/json."
            ),
            "too_large": self.env._(
                "The post is too large: at most %(limit)s bytes are taken.", limit=params.get("limit", "")
            ),
            "encoding": self.env._("The text is not valid Unicode (UTF-8)."),
            "nul": self.env._("The text holds a NUL character."),
            "json": self.env._("The body is not valid JSON."),
            "json_deep": self.env._(
                "The JSON is nested too deeply: at most %(limit)s levels.", limit=params.get("limit", "")
            ),
            "json_object": self.env._("The JSON must be one object with names and values."),
            "multipart": self.env._("The body is not a complete multipart form."),
            "many_fields": self.env._(
                "The post has too many fields: at most %(limit)s.", limit=params.get("limit", "")
            ),
            "name_long": self.env._(
                "A field name is too long: at most %(limit)s characters.", limit=params.get("limit", "")
            ),
            "key_long": self.env._("The key is too long: at most %(limit)s characters.", limit=params.get("limit", "")),
            "missing": self.env._("This field is required."),
            "email": self.env._("This is not an e-mail address."),
            "long": self.env._(
                "The text is too long: %(length)s characters, at most %(limit)s are taken.",
                length=params.get("length", ""),
                limit=params.get("limit", ""),
            ),
            "not_text": self.env._("This must be a text."),
            "consent": self.env._("Consent must be given."),
        }


def _header(text):
    return capture.one_line((text or "").replace("\x00", "").encode("utf-8", "replace").decode())[:500] or False


def _storable_body(body):
    """The body unchanged where PostgreSQL can store it as text, else in base64.

    :return: text, and ``text`` or ``base64``
    :rtype: tuple
    """
    if body is None:
        return False, "text"
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        return base64.b64encode(body).decode(), "base64"
    return text, "text"
