from odoo import http
from odoo.http import request

from ..tools.capture import MAX_BODY
from .platform import answer_platform, find_platform_form, read_meta


class LeadyaGoogleAds(http.Controller):
    """The webhook of Google Ads lead forms. Thin: see ``leadya.capture.form._receive_google_ads``."""

    @http.route(
        "/leadya/google-ads/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        sitemap=False,
        leadya_raw_body=MAX_BODY,
    )
    def google_ads(self, token, **_query):
        form = find_platform_form(token, "google_ads")
        return answer_platform(form and form._receive_google_ads(request.leadya_body, read_meta()))
