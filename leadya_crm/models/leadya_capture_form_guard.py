"""Who may post, how often, and what is taken for a robot's."""

import hashlib
import hmac
import ipaddress
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, str2bool

from ..tools import capture, capture_guard
from ..tools.capture import CaptureError

_RATE_WINDOW = timedelta(minutes=1)
# Of each provider: Odoo's method, and the settings that hold the two keys.
_CAPTCHAS = {
    "recaptcha": ("_verify_recaptcha_token", "recaptcha_private_key", "recaptcha_public_key"),
    "turnstile": ("_verify_turnstile_token", "cf.turnstile_secret_key", "cf.turnstile_site_key"),
}
# What a provider says of a person, and what is no fault of the sender: a provider out of reach, or keys that are wrong.
# A lead weighs more than a check that could not be made.
_CAPTCHA_PASSED = {"is_human", "no_secret", "bad_request", "wrong_secret"}
_CAPTCHA_ROBOT = {"is_bot", "wrong_action"}


class LeadyaCaptureForm(models.Model):
    """The guard of a door.

    Two kinds of answer:

    - **Told**: what a person could run into (a foreign site, too many posts, a robot check that has
      gone stale) is refused with the reason.
    - **Not told**: what only a robot does is answered like any other post, so that a robot learns
      nothing. The submission is kept as spam, with the reason, and the verdict can be taken back:
      ``leadya.submission.action_not_spam``.
    """

    _inherit = "leadya.capture.form"

    allowed_origins = fields.Text(help="Sites whose pages may post, one a line: https://www.example.com. Empty: any.")
    honeypot_name = fields.Char(
        "Honeypot Field",
        default="fax_number",
        required=True,
        help="A field that people don't see. Only robots fill it.",
    )
    min_fill_seconds = fields.Integer(
        "Least Time to Fill In",
        default=2,
        help="In seconds. Whoever is faster is a robot. "
        "Judged where the page tells the time, as the snippet does. 0: not judged.",
    )
    rate_per_address = fields.Integer("Per Address a Minute", default=20, help="0: no limit.")
    rate_per_form = fields.Integer("Per Form a Minute", default=300, help="0: no limit.")
    captcha_required = fields.Boolean(
        "Robot Check",
        help="Web forms must bring an answer of the robot check that is configured in the general settings.",
    )
    captcha_provider = fields.Char(compute="_compute_captcha_provider")

    _guard_positive = models.Constraint(
        "CHECK (rate_per_address >= 0 AND rate_per_form >= 0 AND min_fill_seconds >= 0)",
        "Limits and times can't be negative.",
    )

    def _compute_captcha_provider(self):
        self.captcha_provider = self._get_captcha_provider()

    @api.constrains("allowed_origins")
    def _check_allowed_origins(self):
        for form in self:
            for origin in form._origins():
                if not _origin_of(origin) or _origin_of(origin) != origin:
                    raise ValidationError(
                        self.env._(
                            "“%(origin)s” is no origin. Write scheme and host alone, such as https://www.example.com",
                            origin=origin,
                        )
                    )

    @api.constrains("honeypot_name", "consent_name")
    def _check_guard_names(self):
        reserved = {capture.KEY_FIELD, capture.TOUCHES_FIELD, *capture_guard.GUARD_FIELDS}
        for form in self:
            if form.honeypot_name == form.consent_name or {form.honeypot_name, form.consent_name} & reserved:
                raise ValidationError(self.env._("The honeypot and the consent need names of their own."))
            form.field_ids._check_names()

    # Where from

    def _is_allowed_origin(self, origin, own_origin=None):
        """Whether a page of this origin may post. No origin: no browser, so no foreign page."""
        origins = self._origins()
        return not origins or not origin or origin in origins or origin == own_origin

    def _origins(self):
        return [line.strip().rstrip("/") for line in (self.allowed_origins or "").splitlines() if line.strip()]

    # How often

    def _hash_address(self, address):
        """Who posts, so that posts of one address can be counted and the address not be known.

        :param str address: of the network; False comes back where it is none
        """
        try:
            parsed = ipaddress.ip_address(address or "")
        except ValueError:
            return False
        if parsed.version == 6 and parsed.ipv4_mapped:
            # As a server that listens to both kinds sees a sender of the old kind.
            parsed = parsed.ipv4_mapped
        # A household has a whole /64 to choose from.
        who = parsed.packed[:8] if parsed.version == 6 else parsed.packed
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret") or ""
        return hmac.new(secret.encode(), who, hashlib.sha256).hexdigest()[:32]

    def _seconds_to_wait(self, remote_hash):
        """0 when one more post may come in now, else in how many seconds it may.

        One query, which reads no more entries of the two indexes than the limits allow, however many there are.
        """
        now = fields.Datetime.now()
        since = now - _RATE_WINDOW
        queries = []
        if self.rate_per_form:
            queries.append(self._sql_filling_post(self.rate_per_form, SQL("received_at > %s", since)))
        if self.rate_per_address and remote_hash:
            mine = SQL("received_at > %s AND remote_hash = %s", since, remote_hash)
            queries.append(self._sql_filling_post(self.rate_per_address, mine))
        if not queries:
            return 0
        (row,) = self.env.execute_query(SQL("SELECT %s", SQL(", ").join(queries)))
        times = [time for time in row if time]
        return max(1, int((max(times) + _RATE_WINDOW - now).total_seconds())) if times else 0

    def _sql_filling_post(self, limit, condition):
        """When the post came in that fills the limit; NULL while it is not reached."""
        return SQL(
            """(SELECT received_at FROM leadya_submission WHERE form_id = %s AND %s
                 ORDER BY received_at DESC OFFSET %s LIMIT 1)""",
            self.id, condition, limit - 1,
            to_flush=self.env["leadya.submission"]._fields["received_at"],
        )  # fmt: skip

    # Robots

    def _guard(self, post, meta):
        """Whether the post is spam.

        :param Post post: see ``tools.capture``
        :param dict meta: see :meth:`_receive`
        :return: a code of :meth:`_get_error_texts`, "" where it is none
        :rtype: str
        :raises CaptureError: ``captcha``, where the sender can try again
        """
        return self._guard_honeypot(post) or self._guard_speed(post) or self._guard_captcha(post, meta)

    def _prepare_verdict(self, code, post):
        """Values of a submission that is kept as spam, with what can be understood of it: somebody may look at it."""
        try:
            outcome = self._prepare_outcome(self._read_fields(post))
        except CaptureError:
            outcome = {}
        return {**outcome, "state": "spam", "error": self._error_note(code)}

    def _guard_honeypot(self, post):
        return "honeypot" if post.fields.get(self.honeypot_name, "").strip() else ""

    def _guard_speed(self, post):
        """Whoever says nothing of the time is not judged: pages without the snippet, and browsers without scripts."""
        seconds = capture_guard.seconds_taken(post.fields.get(capture_guard.ELAPSED_FIELD))
        return "" if seconds is None or seconds >= self.min_fill_seconds else "fast"

    def _guard_captcha(self, post, meta):
        """:raises CaptureError: ``captcha``, where the answer is missing, forged, stale or used before"""
        provider = self.captcha_required and self.kind == "form" and self._get_captcha_provider()
        if not provider:
            return ""
        answer = capture_guard.captcha_answer(post.fields, provider)
        verify = getattr(self.env["ir.http"], _CAPTCHAS[provider][0])
        verdict = verify(meta.get("remote_addr"), answer, capture_guard.CAPTCHA_ACTION) if answer else "wrong_token"
        if verdict in _CAPTCHA_PASSED:
            return ""
        if verdict in _CAPTCHA_ROBOT:
            return "robot"
        raise CaptureError("captcha")

    @api.model
    def _get_captcha_provider(self):
        """The robot check that is installed and has its keys; "" if there is none."""
        return next(filter(self._is_captcha_configured, _CAPTCHAS), "")

    @api.model
    def _is_captcha_configured(self, provider):
        method, *keys = _CAPTCHAS[provider]
        get_param = self.env["ir.config_parameter"].sudo().get_param
        switched_off = provider == "recaptcha" and not str2bool(get_param("enable_recaptcha", "True"), True)
        return not switched_off and hasattr(self.env["ir.http"], method) and all(map(get_param, keys))

    @api.model
    def _get_captcha_site_key(self):
        """What a page needs to ask the provider for an answer; it is no secret."""
        provider = self._get_captcha_provider()
        return self.env["ir.config_parameter"].sudo().get_param(_CAPTCHAS[provider][2]) if provider else ""

    def _get_error_texts(self, params):
        return {
            **super()._get_error_texts(params),
            "origin": self.env._("Posts from this site are not allowed."),
            "rate": self.env._("Too many posts. Try again in %(seconds)s seconds.", seconds=params.get("seconds", "")),
            "honeypot": self.env._("The hidden field was filled: a robot."),
            "fast": self.env._("Sent faster than a person can: a robot."),
            "robot": self.env._("The robot check says that this is a robot."),
            "captcha": self.env._("The robot check was not passed. Load the page again and send it once more."),
        }


class LeadyaSubmission(models.Model):
    _inherit = "leadya.submission"

    # For the rate of one address; that of the form has an index already.
    _form_address_idx = models.Index("(form_id, remote_hash, received_at) WHERE remote_hash IS NOT NULL")


def _origin_of(url):
    """Scheme and host of an address, as browsers send them; "" if it is none."""
    try:
        parts = urlsplit((url or "").strip().lower())
        return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""
    except ValueError:
        return ""
