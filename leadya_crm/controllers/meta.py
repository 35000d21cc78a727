from odoo import http
from odoo.http import request

from ..tools.capture import MAX_BODY
from .platform import answer_platform, find_platform_form, read_meta


class LeadyaMeta(http.Controller):
    """The webhook of Meta's lead ads. Thin: see ``leadya.capture.form._receive_meta``."""

    @http.route(
        "/leadya/meta/<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        sitemap=False,
        leadya_raw_body=MAX_BODY,
    )
    def meta(self, token, **query):
        form = find_platform_form(token, "meta")
        # HEAD comes here too, as a GET whose body nobody reads.
        if form and request.httprequest.method != "POST":
            return self._answer_challenge(form._confirm_meta(query))
        return answer_platform(form and form._receive_meta(request.leadya_body, read_meta()))

    def _answer_challenge(self, challenge):
        """What was asked, and nothing else: as plain text that no browser takes for a page."""
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'"),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(challenge, headers, status=200 if challenge else 403)
