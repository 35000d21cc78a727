import json
import logging
import time
from urllib.parse import urlsplit

import requests

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import capture
from ..tools import meta as meta_tools
from ..tools.capture import CaptureError
from .leadya_submission import SubmissionNotReady

_logger = logging.getLogger(__name__)

GRAPH_URL_PARAM = "leadya_crm.meta_graph_url"
GRAPH_VERSION_PARAM = "leadya_crm.meta_graph_version"
DEFAULT_GRAPH_URL = "https://graph.facebook.com"
DEFAULT_GRAPH_VERSION = "v24.0"

# A lead's data are some kilobytes. More is not read, whoever answers.
MAX_ANSWER = 256 * 1024
#: Seconds to connect or between two bytes, and in all.
TIMEOUT, WHOLE_TIMEOUT = 10, 20


class LeadyaCaptureForm(models.Model):
    """SPECIFICATIONS: the webhook of Meta's lead ads.

    What it promises: only what is signed with the app's secret is taken, each lead of a
    notification once; the answers are fetched by a second call in the background, again and again
    where Meta does not answer, and are kept as they came. Formats: ``tools.meta``.
    """

    _inherit = "leadya.capture.form"

    meta_verify_token = fields.Char(
        "Verify Token",
        compute="_compute_meta_verify_token",
        store=True,
        copy=False,
        groups="sales_team.group_sale_manager",
        help="Meta sends it once, to see that the address is yours.",
    )
    meta_app_secret = fields.Char(
        "App Secret",
        copy=False,
        groups="sales_team.group_sale_manager",
        help="Of the app in Meta's developer pages: Settings, Basic. By it each notification is signed.",
    )
    meta_access_token = fields.Char(
        "Page Access Token",
        copy=False,
        groups="sales_team.group_sale_manager",
        help="With it the answers of a lead are fetched. It needs the permission leads_retrieval for the page.",
    )
    meta_confirmed_at = fields.Datetime("Address Confirmed by Meta", readonly=True, copy=False)

    @api.depends("kind")
    def _compute_meta_verify_token(self):
        for form in self:
            form.meta_verify_token = form.meta_verify_token or (form.kind == "meta" and self._new_token())

    def write(self, vals):
        result = super().write(vals)
        if vals.get("meta_access_token"):
            self._ask_meta_again()
        return result

    def _ask_meta_again(self):
        """With a new token, what could not be fetched comes in by itself."""
        self.env["leadya.submission"].sudo().search(self._get_unanswered_domain())._try_again()

    def _get_unanswered_domain(self):
        return (
            Domain("form_id", "in", self.filtered(lambda form: form.kind == "meta").ids)
            & Domain("state", "in", ("error", "received"))
            & Domain("refused", "=", False)
            & Domain("answer_payload", "=", False)
            & Domain("payload", "!=", False)
        )

    # The way in

    def _confirm_meta(self, params):
        """Answer Meta's question whether the address is ours.

        :param dict params: of the query
        :return: what to echo; "" where it is not to be told
        :rtype: str
        """
        self.ensure_one()
        challenge = meta_tools.read_challenge(params, self.meta_verify_token)
        if challenge:
            self.meta_confirmed_at = fields.Datetime.now()
        return challenge

    def _receive_meta(self, body, meta):
        """Take in one notification: refuse it, or keep each lead that it tells of.

        :param bytes body: as it came, None when it was too large to be read
        :param dict meta: see ``_receive``; ``signature`` is the header ``X-Hub-Signature-256``
        :return: as ``_receive``, without a reference where it is taken
        :rtype: dict
        """
        self.ensure_one()
        values = self._prepare_submission(body, meta)
        try:
            self._check_platform_body(body, meta)
            if not meta_tools.is_signed(body, meta.get("signature"), self.meta_app_secret):
                raise CaptureError("signature")
            notices = meta_tools.parse_notification(body)
        except CaptureError as error:
            return self._reject_platform(values, error)
        self._keep_batch([self._prepare_notice(notice, values) for notice in notices])
        return {"status": 200}

    def _prepare_notice(self, notice, values):
        # The test button sends the same identifier each time: it is no double of the last one.
        key = "" if notice.is_dashboard_test else self._platform_ref("meta", notice.leadgen_id)
        return {
            **values,
            "payload": notice.payload,
            "payload_encoding": "text",
            "idempotency_key": key or False,
            "is_test": notice.is_dashboard_test,
        }

    # What it means

    def _sample_submission_meta(self):
        """With the answers, so that Meta is not asked: it knows no such lead."""
        change = {"field": "leadgen", "value": {"leadgen_id": "1"}}
        answers = [{"name": name, "values": [text]} for name, text in self._sample_object().items()]
        answer = {"campaign_name": self.env._("Test"), "is_organic": False, "platform": "fb", "field_data": answers}
        return {
            "payload": json.dumps({"object": "page", "entry": [{"changes": [change]}]}),
            "answer_payload": json.dumps(answer, ensure_ascii=False),
            "content_type": capture.JSON,
        }

    def _read_submission_meta(self, submission):
        notice = next(iter(meta_tools.parse_notification(submission._body())), None)
        if submission.refused:
            # Meta sends it again by itself for a day and a half.
            raise CaptureError("signature")
        if not notice or not notice.leadgen_id:
            raise CaptureError("leadgen_id")
        data = {} if notice.is_dashboard_test else self._get_meta_data(submission, notice)
        lead = meta_tools.parse_lead(data, notice)
        if lead.is_test and not submission.is_test:
            submission.is_test = True
        return self._read_platform_lead(lead, self._platform_ref("meta", notice.leadgen_id))

    def _get_meta_data(self, submission, notice):
        """The lead's data: as they were fetched, or else fetched and kept now.

        :raises CaptureError: ``meta_…``: somebody has to do something
        :raises SubmissionNotReady: Meta did not answer
        """
        try:
            if submission.answer_payload:
                return meta_tools.read_answer(200, submission.answer_payload.encode())
            status, body = self._call_graph(notice.leadgen_id)
            data = meta_tools.read_answer(status, body)
        except meta_tools.GraphError as error:
            if not error.is_transient:
                raise CaptureError(f"meta_{error.code}", message=error.message) from error
            text = self._error_note(f"meta_{error.code}", message=error.message)
            raise SubmissionNotReady(text, alone=error.code == "refused") from error
        submission.write({"answer_payload": body.decode("utf-8-sig"), "answered_at": fields.Datetime.now()})
        return data

    def _call_graph(self, leadgen_id):
        """Ask Meta for the data of a lead. The token goes in a header: it is in no address that could be logged.

        :param str leadgen_id: digits
        :return: status of HTTP, and the body; None where it is too large
        :rtype: tuple
        :raises GraphError: no answer
        """
        if not self.meta_access_token:
            raise meta_tools.GraphError("token", self.env._("There is none."))
        url = f"{self._get_graph_address()}/{leadgen_id}"
        try:
            with requests.get(
                url,
                params={"fields": ",".join(meta_tools.FIELDS)},
                auth=_Bearer(self.meta_access_token),
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as response:
                return response.status_code, _read_bounded(response)
        except requests.RequestException as error:
            # The name alone: the text of the error holds the address, which is nobody's business.
            _logger.info("Meta did not answer: %s", type(error).__name__)
            raise meta_tools.GraphError("server", type(error).__name__) from error

    @api.model
    def _get_graph_address(self):
        """Address of Meta's Graph API, with its version.

        :raises GraphError: an admin wrote something else than an address
        """
        get_param = self.env["ir.config_parameter"].sudo().get_param
        address = (get_param(GRAPH_URL_PARAM) or DEFAULT_GRAPH_URL).strip().rstrip("/")
        version = (get_param(GRAPH_VERSION_PARAM) or DEFAULT_GRAPH_VERSION).strip().strip("/")
        if not is_server_address(address):
            raise meta_tools.GraphError("address", address)
        return f"{address}/{version}"

    def _get_error_texts(self, params):
        message = params.get("message", "")
        return {
            **super()._get_error_texts(params),
            "leadgen_id": self.env._("The notification names no lead."),
            "meta_token": self.env._(
                "Meta does not accept the page access token (%(message)s). Make a new one, paste it into the form, "
                "and try again.",
                message=message,
            ),
            "meta_right": self.env._(
                "The page access token may not read leads (%(message)s). Give it the permission leads_retrieval, "
                "let the app in at the page's Leads Access, and try again.",
                message=message,
            ),
            "meta_redirect": self.env._(
                "The address in the settings leads elsewhere: it is not Meta's. Correct it, and try again."
            ),
            "meta_address": self.env._(
                "“%(message)s” in the settings is no address of Meta. Correct it, and try again.", message=message
            ),
            "meta_huge": self.env._(
                "What came is far too large to be a lead: the address in the settings may be wrong."
            ),
            "meta_refused": self.env._("Meta refused: %(message)s", message=message),
            "meta_server": self.env._("Meta did not answer: %(message)s", message=message),
            "meta_broken": self.env._("Meta's answer can't be read: %(message)s", message=message),
        }


class _Bearer(requests.auth.AuthBase):
    """Sets the header by itself: a .netrc of the server's user would else be put in its place."""

    def __init__(self, token):
        self._token = token

    def __call__(self, request):
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _read_bounded(response):
    """The body, None where it is too large; a server that drips is given up."""
    until, body = time.monotonic() + WHOLE_TIMEOUT, bytearray()
    # Byte by byte (they are buffered below): a larger piece would be waited for until it is full.
    for byte in response.iter_content(1):
        body += byte
        if len(body) > MAX_ANSWER:
            return None
        if time.monotonic() > until:
            raise requests.Timeout
    return bytes(body)


def is_server_address(text):
    """Whether the text is scheme and host of a server (a path may follow), and nothing that could hide another one."""
    try:
        parts = urlsplit(text)
        return bool(parts.scheme in ("http", "https") and parts.hostname) and "@" not in text and "?" not in text
    except ValueError:
        return False


class LeadyaSubmission(models.Model):
    _inherit = "leadya.submission"

    answer_payload = fields.Text(
        "Fetched Answer", readonly=True, help="What the platform answered when it was asked for the lead, as it came."
    )
    answered_at = fields.Datetime("Fetched", readonly=True)

    @api.model
    def _get_personal_fields(self):
        return [*super()._get_personal_fields(), "answer_payload"]


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # Whoever names the server decides where the tokens go: the database's administrator alone.
    leadya_meta_graph_url = fields.Char(
        "Meta's Address",
        config_parameter=GRAPH_URL_PARAM,
        groups="base.group_system",
        help="Where the answers of lead ads are fetched. Empty: https://graph.facebook.com",
    )
    leadya_meta_graph_version = fields.Char(
        "Version", config_parameter=GRAPH_VERSION_PARAM, groups="base.group_system", help="Empty: v24.0"
    )

    @api.constrains("leadya_meta_graph_url")
    def _check_leadya_meta_graph_url(self):
        for url in filter(None, self.mapped("leadya_meta_graph_url")):
            if not is_server_address(url):
                raise ValidationError(
                    self.env._("Meta's address must be scheme and host, such as %(example)s", example=DEFAULT_GRAPH_URL)
                )
