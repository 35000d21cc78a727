import json
from datetime import timedelta

from odoo import api, fields, models

from ..tools import capture, google_ads
from ..tools.capture import CaptureError


class LeadyaCaptureForm(models.Model):
    """SPECIFICATIONS: the webhook of Google Ads lead forms.

    What it promises: only a body that holds the key is taken; the same ``lead_id`` is one
    lead, however often Google sends it; test leads are kept apart; what Google adds to the
    format one day is kept and shown. The format is read by ``tools.google_ads``.
    """

    _inherit = "leadya.capture.form"

    google_key = fields.Char(
        "Key for Google",
        compute="_compute_google_key",
        store=True,
        copy=False,
        groups="sales_team.group_sale_manager",
        help="Google sends it with each lead. Whoever knows address and key can send leads.",
    )
    previous_google_key = fields.Char(readonly=True, copy=False, groups="sales_team.group_sale_manager")
    previous_google_key_until = fields.Datetime(
        "Old Key Works Until", readonly=True, copy=False, groups="sales_team.group_sale_manager"
    )

    @api.depends("kind")
    def _compute_google_key(self):
        for form in self:
            form.google_key = form.google_key or (form.kind == "google_ads" and self._new_token())

    def action_rotate_google_key(self):
        """Make a new key; the old one works for the grace period."""
        for form in self:
            form.write(
                {
                    "previous_google_key": form.google_key if form.token_grace_days else False,
                    "previous_google_key_until": fields.Datetime.now() + timedelta(days=form.token_grace_days),
                    "google_key": self._new_token(),
                }
            )

    def _receive_google_ads(self, body, meta):
        """Take in one post of Google: refuse it, or keep it for a lead to be made of it.

        :param bytes body: as it came, None when it was too large to be read
        :param dict meta: see ``_receive``
        :return: as ``_receive``
        :rtype: dict
        """
        self.ensure_one()
        values = self._prepare_submission(body, meta)
        try:
            self._check_platform_body(body, meta)
            lead = google_ads.parse_lead(body)
            self._check_google_key(lead.key)
        except CaptureError as error:
            return self._reject_platform(values, error)
        # The test of each day has the same identifier: it is no double of the last one.
        key = "" if lead.is_test else self._platform_ref("google", lead.lead_id)
        if known := self._find_known(key):
            return self._acceptance(known)
        return self._acceptance(self._keep({**self._hide_google_key(values), "idempotency_key": key or False,
                                            "is_test": lead.is_test}))  # fmt: skip

    def _check_google_key(self, key):
        """:raises CaptureError: ``google_key``"""
        is_old_one = self._is_secret(key, self.previous_google_key)
        still_works = (self.previous_google_key_until or fields.Datetime.now()) > fields.Datetime.now()
        if not (self._is_secret(key, self.google_key) or (is_old_one and still_works)):
            raise CaptureError("google_key")

    def _hide_google_key(self, values):
        """The payload without the key: a rep may read what the customer wrote, and no more."""
        payload = values["payload"] or ""
        for key in filter(None, (self.google_key, self.previous_google_key)):
            payload = payload.replace(key, "*" * 8)
        return {**values, "payload": payload}

    def _sample_submission_google_ads(self):
        answers = [{"column_id": name, "string_value": text} for name, text in self._sample_object().items()]
        lead = {
            "lead_id": "test",
            "is_test": True,
            "campaign_id": 1,
            "gcl_id": "test",
            "user_column_data": [*answers, {"column_name": self.env._("Which size?"), "string_value": "XL"}],
        }
        return {"payload": json.dumps(lead, ensure_ascii=False), "content_type": capture.JSON}

    def _read_submission_google_ads(self, submission):
        lead = google_ads.parse_lead(submission._body())
        return self._read_platform_lead(lead, self._platform_ref("google", lead.lead_id))
