"""The way in of a door: who may post, what is kept of it, and what is answered."""

import base64
import hashlib
import hmac
import ipaddress
import re
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import capture
from ..tools.capture import CaptureError

TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_RATE_WINDOW = timedelta(minutes=1)


class LeadyaCaptureForm(models.Model):
    _inherit = "leadya.capture.form"

    @api.model
    def _new_token(self):
        return secrets.token_urlsafe(TOKEN_BYTES)

    @api.model
    def _find_by_token(self, token):
        """The open door at this address, with the rights to receive; empty if there is none.

        :param str token: as it stands in the address
        """
        if not _TOKEN.fullmatch(token or ""):
            return self.sudo().browse()
        return self.sudo().search(self._get_token_domain(token), limit=1)

    @api.model
    def _get_token_domain(self, token):
        return Domain("active", "=", True) & (
            Domain("token", "=", token)
            | Domain("previous_token", "=", token) & Domain("previous_token_until", ">", fields.Datetime.now())
        )

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
        values = {**values, "idempotency_key": post.key or False}
        if known := self._find_known(post.key):
            return self._acceptance(known)
        if code := self._guard(post, meta):
            # Answered like any other: a robot learns nothing.
            return self._acceptance(self._keep({**values, "state": "spam", "error": self._error_text(code)}))
        read = self._read_fields(post)
        return self._acceptance(self._keep({**values, **self._prepare_outcome(read), **self._prepare_hold(read)}))

    def _guard(self, post, meta):
        """Whether the post is spam.

        :param Post post: see ``tools.capture``
        :param dict meta: see :meth:`_receive`
        :return: a code of :meth:`_get_error_texts`, "" where it is none
        :rtype: str
        """
        return "honeypot" if post.fields.get(self.honeypot_name, "").strip() else ""

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
            "consent_text": self.consent_text if read["consent"] else False,
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
        submission = self.env["leadya.submission"].create(
            {**values, "state": "error", "refused": True, "error": answer["error"]}
        )
        return {**answer, "reference": submission.reference}

    def _is_allowed_origin(self, origin, own_origin=None):
        """Whether a page of this origin may post. No origin: no browser, so no foreign page."""
        origins = self._origins()
        return not origins or not origin or origin in origins or origin == own_origin

    def _origins(self):
        return [line.strip().rstrip("/") for line in (self.allowed_origins or "").splitlines() if line.strip()]

    def _hash_address(self, address):
        """Who posts, so that posts of one address can be counted and the address not be known."""
        try:
            parsed = ipaddress.ip_address(address or "")
        except ValueError:
            return False
        if parsed.version == 6:
            # A household has a whole /64 to choose from.
            parsed = ipaddress.ip_network((parsed, 64), strict=False).network_address
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret") or ""
        return hmac.new(secret.encode(), parsed.packed, hashlib.sha256).hexdigest()[:32]

    def _seconds_to_wait(self, remote_hash):
        """0 when one more post may come in now, else in how many seconds it may."""
        if not self.rate_per_form and not self.rate_per_address:
            return 0
        now = fields.Datetime.now()
        groups = self.env["leadya.submission"]._read_group(
            [("form_id", "=", self.id), ("received_at", ">", now - _RATE_WINDOW)],
            ["remote_hash"],
            ["__count", "received_at:min"],
        )
        waits = []
        if self.rate_per_form and sum(count for _hash, count, _first in groups) >= self.rate_per_form:
            waits.append(min(first for _hash, _count, first in groups))
        waits += [
            first
            for address, count, first in groups
            if self.rate_per_address and address and address == remote_hash and count >= self.rate_per_address
        ]
        return max(1, int((max(waits) + _RATE_WINDOW - now).total_seconds())) if waits else 0

    # What is answered

    def _error_text(self, code, field="", **params):
        """What is wrong, in the reader's language."""
        text = self._get_error_texts(params)[code]
        return f"{field}: {text}" if field else text

    def _get_error_texts(self, params):
        """What each code says.

        :param dict params: figures for the texts, see ``CaptureError``
        :rtype: dict[str, str]
        """
        return {
            "origin": self.env._("Posts from this site are not allowed."),
            "rate": self.env._("Too many posts. Try again in %(seconds)s seconds.", seconds=params.get("seconds", "")),
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
            "honeypot": self.env._("The hidden field was filled: a robot."),
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
