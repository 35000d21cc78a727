import base64
import hashlib
import hmac
import ipaddress
import json
import re
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ..tools import capture
from ..tools.capture import CaptureError
from .leadya_capture_field import TARGET_LIMITS

TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_RATE_WINDOW = timedelta(minutes=1)
_YES = {"1", "true", "on", "yes", "y", "checked", "כן", "да"}


class LeadyaCaptureForm(models.Model):
    """SPECIFICATIONS: a door by which leads come in from a web page or another system.

    What it promises:

    - **Raw first.** What was posted is kept as a ``leadya.submission`` before anything is
      tried with it. An answer of success means that it is committed, whatever happens then.
    - **A closed map.** A visitor can fill what ``field_ids`` names and nothing else: never the
      owner, the team or the stage. What the map doesn't know is kept and shown.
    - **Once.** The same idempotency key gives the same answer and one lead.
    - **The form decides** company, team, default source, medium and campaign; the lead then
      walks the same corridor as any other.

    How it works: the controller hands bytes and headers to :meth:`_receive`, which returns an
    answer (see there). Reading bytes is ``tools.capture``'s job; making the lead is
    ``leadya.submission``'s.
    """

    _name = "leadya.capture.form"
    _description = "Capture Form"
    _order = "sequence, name, id"
    _check_company_auto = True

    # Definition
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("form", "Web form"), ("json", "JSON from another system")],
        default="form",
        required=True,
        help="A web form takes what pages and scripts post. A JSON door takes JSON objects only.",
    )
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    team_id = fields.Many2one("crm.team", "Sales Team", check_company=True, index="btree_not_null")
    # Key
    token = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self._new_token(),
        groups="sales_team.group_sale_manager",
        help="The secret part of the address. Whoever knows it can post, and do nothing else.",
    )
    previous_token = fields.Char(readonly=True, copy=False, groups="sales_team.group_sale_manager")
    previous_token_until = fields.Datetime(
        "Old Address Works Until", readonly=True, copy=False, groups="sales_team.group_sale_manager"
    )
    token_grace_days = fields.Integer(
        "Grace Period", default=7, help="For so many days after a change, posts to the old address are still taken."
    )
    # Defaults
    source_id = fields.Many2one("utm.source", "Default Source", index="btree_not_null")
    medium_id = fields.Many2one("utm.medium", "Default Medium", index="btree_not_null")
    campaign_id = fields.Many2one("utm.campaign", "Default Campaign", index="btree_not_null")
    duplicate_policy = fields.Selection(
        [("join", "Join the open lead"), ("make", "Make another lead")],
        "Same Person Again",
        default="join",
        required=True,
        help="What happens when somebody who has an open lead (same e-mail or phone) writes again.",
    )
    field_ids = fields.One2many(
        "leadya.capture.field",
        "form_id",
        "Field Map",
        copy=True,
        default=lambda self: [Command.create(values) for values in self.env["leadya.capture.field"]._default_lines()],
    )
    # Consent, answer
    consent_required = fields.Boolean("Consent Must Be Given")
    consent_name = fields.Char("Consent Field", default="consent", required=True)
    consent_text = fields.Text(
        translate=True, help="The sentence beside the tick box. It is kept with each submission, as it was then."
    )
    thanks_url = fields.Char(
        "Thank-You Page", help="Where the browser goes afterwards. Empty: a small page with the text below."
    )
    thanks_text = fields.Text("Thank-You Text", translate=True)
    # Guard
    allowed_origins = fields.Text(help="Sites whose pages may post, one a line: https://www.example.com. Empty: any.")
    honeypot_name = fields.Char(
        "Honeypot Field",
        default="fax_number",
        required=True,
        help="A field that people don't see. Only robots fill it.",
    )
    rate_per_address = fields.Integer("Per Address a Minute", default=20, help="0: no limit.")
    rate_per_form = fields.Integer("Per Form a Minute", default=300, help="0: no limit.")
    erase_after_days = fields.Integer(
        "Erase Personal Data After",
        help="So many days after it came, what a submission holds is erased; the count stays. 0: never.",
    )
    # Counters
    submission_ids = fields.One2many("leadya.submission", "form_id", "Submissions")
    submission_count = fields.Integer("Submissions Count", compute="_compute_counters")
    lead_count = fields.Integer("Leads Count", compute="_compute_counters")
    error_week_count = fields.Integer("Errors of the Last 7 Days", compute="_compute_counters")
    last_received_at = fields.Datetime("Last Received", compute="_compute_counters")
    # Ready to copy
    endpoint_url = fields.Char("Address", compute="_compute_wiring", groups="sales_team.group_sale_manager")
    sample_html = fields.Text("HTML Form", compute="_compute_wiring", groups="sales_team.group_sale_manager")
    sample_fetch = fields.Text("JavaScript", compute="_compute_wiring", groups="sales_team.group_sale_manager")
    sample_curl = fields.Text("Command Line", compute="_compute_wiring", groups="sales_team.group_sale_manager")

    _token_uniq = models.UniqueIndex("(token)", "This key is taken.")
    _previous_token_idx = models.Index("(previous_token) WHERE previous_token IS NOT NULL")
    _rates_positive = models.Constraint(
        "CHECK (rate_per_address >= 0 AND rate_per_form >= 0 AND token_grace_days >= 0 AND erase_after_days >= 0)",
        "Limits and days can't be negative.",
    )

    @api.depends("submission_ids")
    def _compute_counters(self):
        Submission = self.env["leadya.submission"]
        total = {
            form: (count, leads, last)
            for form, count, leads, last in Submission._read_group(
                [("form_id", "in", self.ids)], ["form_id"], ["__count", "lead_id:count_distinct", "received_at:max"]
            )
        }
        errors = dict(
            Submission._read_group(
                [
                    ("form_id", "in", self.ids),
                    ("state", "=", "error"),
                    ("received_at", ">", fields.Datetime.now() - timedelta(days=7)),
                ],
                ["form_id"],
                ["__count"],
            )
        )
        for form in self:
            form.submission_count, form.lead_count, form.last_received_at = total.get(form, (0, 0, False))
            form.error_week_count = errors.get(form, 0)

    @api.depends("token", "kind", "name", "field_ids.name", "field_ids.label", "field_ids.target", "field_ids.required",
                 "consent_required", "consent_name", "consent_text", "honeypot_name")  # fmt: skip
    @api.depends_context("lang")
    def _compute_wiring(self):
        for form in self:
            form.endpoint_url = f"{form.get_base_url()}/leadya/capture/{form.token}"
            form.sample_html = form._sample_html()
            form.sample_fetch = form._sample_fetch()
            form.sample_curl = form._sample_curl()

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

    @api.constrains("thanks_url")
    def _check_thanks_url(self):
        for form in self:
            url = form.thanks_url
            if url and (
                not capture.is_web_address(url)
                or not url.startswith(("http://", "https://"))
                or capture.one_line(url) != url
            ):
                raise ValidationError(
                    self.env._("The thank-you page must be a web address that starts with https:// or http://")
                )

    @api.constrains("honeypot_name", "consent_name")
    def _check_guard_names(self):
        for form in self:
            if form.honeypot_name == form.consent_name or {form.honeypot_name, form.consent_name} & {
                capture.KEY_FIELD,
                capture.TOUCHES_FIELD,
            }:
                raise ValidationError(self.env._("The honeypot and the consent need names of their own."))
            form.field_ids._check_names()

    # Actions

    def action_rotate_token(self):
        """Give the door a new address; the old one works for the grace period."""
        for form in self:
            form.write(
                {
                    "previous_token": form.token if form.token_grace_days else False,
                    "previous_token_until": fields.Datetime.now() + timedelta(days=form.token_grace_days),
                    "token": self._new_token(),
                }
            )

    def action_try_out(self):
        """Open the page on which the form can be tried."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/leadya/try/{self.token}", "target": "new"}

    def action_view_submissions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_submission_action")
        return {**action, "domain": [("form_id", "=", self.id)], "context": {}}

    def action_view_errors(self):
        return {**self.action_view_submissions(), "context": {"search_default_error": 1}}

    def action_view_leads(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm.crm_lead_all_leads")
        return {**action, "domain": [("id", "in", self.submission_ids.lead_id.ids)], "context": {"active_test": False}}

    # Business: the way in

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
        """Take in one post: refuse it, or keep it and make a lead of it.

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
        wait = self._seconds_to_wait(values["remote_hash"])
        if wait:
            return {**self._refusal(429, "rate", seconds=wait), "retry_after": wait}
        try:
            post = self._read_post(body, meta)
        except CaptureError as error:
            return self._reject(values, error)
        return self._receive_post(post, values)

    def _receive_post(self, post, values):
        Submission = self.env["leadya.submission"]
        if post.key and (known := Submission._find_by_key(self.id, post.key)):
            return self._acceptance(known)
        if post.fields.get(self.honeypot_name, "").strip():
            # Answered like any other: a robot learns nothing.
            return self._acceptance(
                Submission.create({**values, "state": "spam", "error": self._error_text("honeypot")}).reference
            )
        try:
            read = self._read_fields(post)
        except CaptureError as error:
            return self._reject(values, error)
        values = {**values, **self._prepare_outcome(read), "idempotency_key": post.key or False}
        submission = Submission._create_once(values)
        if isinstance(submission, str):
            return self._acceptance(submission)
        submission._process_one(read)
        return self._acceptance(submission.reference)

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

    # Business: what a post means

    def _read_fields(self, post):
        """What the post says, by the form's map.

        :param Post post: see ``tools.capture``
        :return: ``values`` (of a lead), ``understood`` and ``unknown`` (texts by name), ``touches``,
            ``consent`` (whether it was given)
        :rtype: dict
        :raises CaptureError: ``missing``, ``email``, ``long``, ``not_text``, ``consent``
        """
        lines = {
            normalise_name: line
            for line in self.field_ids
            for normalise_name in map(capture.normalise_name, line._incoming_names())
        }
        texts, understood, unknown, tracking = {}, {}, {}, {}
        for name, text in post.fields.items():
            line = lines.get(capture.normalise_name(name))
            if name in (self.honeypot_name, self.consent_name):
                continue
            if line and (value := self._read_text(line, name, text, name in post.structured)):
                texts.setdefault(line, []).append(value)
            elif not line and capture.is_tracking_name(name):
                tracking[name] = text
            elif not line:
                unknown[name] = text
        self._check_required(texts, post)
        values = {}
        # The country first: it tells states of the same code apart.
        for line, found in sorted(texts.items(), key=lambda item: item[0].target == "state_id"):
            self._read_line(line, found, values, understood, unknown)
        self._compose_names(values)
        return {
            "values": values,
            "understood": {**understood, **{name: text for name, text in tracking.items() if text}},
            "unknown": unknown,
            "touches": self._read_touches(post, tracking),
            "consent": post.fields.get(self.consent_name, "").strip().casefold() in _YES,
        }

    def _read_touches(self, post, tracking):
        """The visits that the snippet remembered, and the one of the post itself if it is another."""
        touches = [{**touch, "origin": "snippet"} for touch in post.touches]
        own = capture.touch_from_fields(tracking)
        if own and not (touches and touches[-1].get("landing_url") == own.get("landing_url")):
            touches.append({**own, "origin": "form"})
        return touches

    def _read_text(self, line, name, text, structured):
        kind, limit = TARGET_LIMITS[line.target]
        if structured:
            raise CaptureError("not_text", name)
        if len(text) > limit:
            raise CaptureError("long", name, limit=limit, length=len(text))
        text = capture.many_lines(text) if kind == "lines" else capture.one_line(text)
        if kind == "email" and text and not capture.is_email(text):
            raise CaptureError("email", name)
        return text

    def _check_required(self, texts, post):
        for line in self.field_ids:
            if line.required and line not in texts and not self._is_given_otherwise(line, texts):
                raise CaptureError("missing", line.name)
        if self.consent_required and post.fields.get(self.consent_name, "").strip().casefold() not in _YES:
            raise CaptureError("consent", self.consent_name)

    def _is_given_otherwise(self, line, texts):
        """A full name is given as well by its parts."""
        return line.target == "contact_name" and {"first_name", "last_name"} & {other.target for other in texts}

    def _read_line(self, line, found, values, understood, unknown):
        kind = TARGET_LIMITS[line.target][0]
        text = "\n".join(found) if kind == "lines" else found[0]
        value = self._lead_value(kind, text, values)
        if value:
            if line.target == "description":
                value = (
                    values.get("description", "")
                    + ("\n\n" if values.get("description") else "")
                    + self._note(line, value)
                )
            values[line.target] = value
            understood[line._label()] = text
        else:
            unknown[line.name] = text
        if kind != "lines" and len(found) > 1:
            unknown[line.name] = ", ".join(found[1:])

    def _note(self, line, text):
        """Several questions in the notes are told apart by their labels."""
        alone = len(self.field_ids.filtered(lambda other: other.target == "description")) == 1
        return text if alone else f"{line._label()}: {text}"

    def _lead_value(self, kind, text, values):
        if kind == "website":
            return text if capture.is_web_address(text) else False
        if kind == "country":
            return self._find_country(text).id
        if kind == "state":
            return self._find_state(text, values.get("country_id")).id
        return text

    def _find_country(self, text):
        Country = self.env["res.country"].sudo()
        if len(text) == 2 and text.isalpha():
            return Country.search([("code", "=", text.upper())], limit=1)
        for lang, _name in self.env["res.lang"].get_installed():
            if found := Country.with_context(lang=lang).search([("name", "=ilike", _like_literal(text))], limit=1):
                return found
        return Country

    def _find_state(self, text, country_id):
        domain = Domain("name", "=ilike", _like_literal(text)) | Domain("code", "=", text.upper())
        if country_id:
            domain &= Domain("country_id", "=", country_id)
        found = self.env["res.country.state"].sudo().search(domain, limit=2)
        # The same code stands for a state of several countries: then it says nothing.
        return found if len(found) == 1 else found.browse()

    def _compose_names(self, values):
        parts = [values.pop("first_name", ""), values.pop("last_name", "")]
        name = " ".join(filter(None, parts))
        if name and not values.get("contact_name"):
            values["contact_name"] = name
        if values.get("description"):
            values["description"] = plaintext2html(values["description"])
        if not values.get("name"):
            who = (
                values.get("contact_name")
                or values.get("partner_name")
                or values.get("email_from")
                or values.get("phone")
            )
            values["name"] = f"{who} ({self.name})" if who else self.name

    def _error_text(self, code, field="", **params):
        """What is wrong, in the reader's language."""
        texts = {
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
        return f"{field}: {texts[code]}" if field else texts[code]

    def _get_erasable_domain(self):
        before = fields.Datetime.now() - timedelta(days=self.erase_after_days)
        return Domain("form_id", "=", self.id) & Domain("received_at", "<", before) & Domain("erased_at", "=", False)

    def _try_result(self, reference):
        """What became of a submission, for the page on which the form is tried.

        :param str reference: as the sender was given it
        :rtype: dict
        """
        self.ensure_one()
        submission = self.env["leadya.submission"].search([("form_id", "=", self.id), ("reference", "=", reference)])
        if not submission:
            return {}
        # This record has all rights; the user is told no more of the lead than its own rights give.
        lead = submission.lead_id.with_env(self.env(su=False))
        lead = lead if lead.exists() and lead.has_access("read") else lead.browse()
        return {
            "state": submission.state,
            "state_name": dict(submission._fields["state"]._description_selection(self.env))[submission.state],
            "error": submission.error or "",
            "lead": lead.display_name or "",
            "url": f"/odoo/crm/{lead.id}" if lead else "",
            "understood": submission.understood or [],
            "unknown": submission.unknown_fields or [],
        }

    # Business: ready to copy

    def _sample_lines(self):
        """The fields of the sample: one way to give the name, not two."""
        self.ensure_one()
        has_name = "contact_name" in self.field_ids.mapped("target")
        hidden = ("first_name", "last_name") if has_name else ()
        return self.field_ids.filtered(
            lambda line: line.required or line.target not in (*hidden, "external_ref", "name")
        )

    def _sample_html(self):
        inputs = Markup("\n").join(self._sample_input(line) for line in self._sample_lines())
        consent = Markup("")
        if self.consent_required or self.consent_text:
            consent = Markup('\n  <label><input type="checkbox" name="%s" value="yes"%s> %s</label>') % (
                self.consent_name,
                Markup(" required") if self.consent_required else "",
                self.consent_text or self.env._("I agree to be contacted."),
            )
        return Markup(
            '<form action="%s" method="post" accept-charset="utf-8">\n%s%s\n'
            '  <input type="hidden" name="landing_url"><input type="hidden" name="referrer_url">\n'
            '  <input name="%s" tabindex="-1" autocomplete="off" aria-hidden="true" style="display:none">\n'
            '  <button type="submit">%s</button>\n'
            "</form>\n"
            "<script>\n"
            "  // Where the visitor came from: the address of this page and of the one before.\n"
            "  for (const form of document.querySelectorAll('form[action*=\"/leadya/capture/\"]')) {\n"
            "    form.elements.landing_url.value = location.href;\n"
            "    form.elements.referrer_url.value = document.referrer;\n"
            "  }\n"
            "</script>"
        ) % (self.endpoint_url, inputs, consent, self.honeypot_name, self.env._("Send"))

    def _sample_input(self, line):
        kind, limit = TARGET_LIMITS[line.target]
        required = Markup(" required") if line.required else ""
        if kind == "lines":
            return Markup('  <label>%s <textarea name="%s" maxlength="%s"%s></textarea></label>') % (
                line._label(),
                line.name,
                limit,
                required,
            )
        input_type = {"email_from": "email", "phone": "tel"}.get(line.target, "text")
        return Markup('  <label>%s <input type="%s" name="%s" maxlength="%s"%s></label>') % (
            line._label(), input_type, line.name, limit, required,
        )  # fmt: skip

    def _sample_object(self):
        """A post that the form takes, as text of a JSON object."""
        samples = {
            "email_from": "dana@example.com",
            "contact_name": "Dana Levi",
            "phone": "+972 3 555 0100",
            "description": "Please call me.",
        }
        pairs = [(line.name, samples.get(line.target, line.required and "…")) for line in self._sample_lines()]
        if self.consent_required:
            pairs.append((self.consent_name, "yes"))
        return {name: text for name, text in pairs if text}

    def _sample_json(self):
        """A post as JSON, with a field that the map doesn't know."""
        return json.dumps(
            {**self._sample_object(), "employees": 25, "utm_source": "google", "utm_medium": "cpc"},
            ensure_ascii=False,
            indent=2,
        )

    def _sample_fetch(self):
        body = ",\n".join(f"    {_js(name)}: {_js(text)}" for name, text in self._sample_object().items())
        return (
            f"const answer = await fetch({_js(self.endpoint_url)}, {{\n"
            '  method: "POST",\n'
            '  headers: {"Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID()},\n'
            f"  body: JSON.stringify({{\n{body},\n"
            "    landing_url: location.href,\n    referrer_url: document.referrer,\n  }),\n"
            "});\n"
            "console.log(answer.status, await answer.json());"
        )

    def _sample_curl(self):
        if self.kind == "json":
            data = json.dumps(self._sample_object(), ensure_ascii=False)
            return f"curl -H 'Content-Type: application/json' -d {_shell(data)} {_shell(self.endpoint_url)}"
        data = " ".join(f"--data-urlencode {_shell(f'{name}={text}')}" for name, text in self._sample_object().items())
        return f"curl {data} {_shell(self.endpoint_url)}"


def _origin_of(url):
    """Scheme and host of an address, as browsers send them; "" if it is none."""
    try:
        parts = urlsplit((url or "").strip().lower())
        return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""
    except ValueError:
        return ""


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


def _like_literal(text):
    """The text for ``=ilike``: its own % and _ are no wildcards."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _js(text):
    """The text as a JavaScript and JSON literal that can also stand inside a script of a page."""
    return json.dumps(text, ensure_ascii=False).replace("<", "\\u003c")


def _shell(text):
    return "'" + str(text).replace("'", "'\\''") + "'"
