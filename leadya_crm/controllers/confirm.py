from odoo import http
from odoo.http import request

from .pages import PageMixin

# A press of the button sends nothing but itself.
_MAX_BODY = 4096


class LeadyaConfirm(PageMixin, http.Controller):
    """The link of a mail that asks for a confirmation."""

    @http.route(
        "/leadya/confirm/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
        readonly=True,
        sitemap=False,
    )
    def confirm_page(self, token, **_query):
        """Show what is to be confirmed. Programs that look at mails follow links too, so nothing changes here."""
        request.params = {}
        submission = self._find(token)
        return self._answer(submission, submission._confirmation_state() if submission else "unknown")

    @http.route(
        "/leadya/confirm/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        # The link is the proof: no other page knows it.
        csrf=False,
        save_session=False,
        readonly=False,
        sitemap=False,
        max_content_length=_MAX_BODY,
    )
    def confirm(self, token, **_post):
        request.params = {}
        submission = self._find(token)
        state = submission._confirm() if submission else "unknown"
        if state == "confirmed":
            # 303: loading the next page again posts nothing again.
            return request.redirect(f"/leadya/confirm/{token}", code=303)
        return self._answer(submission, state)

    def _find(self, token):
        submission = request.env["leadya.submission"]._find_by_confirmation_token(token)
        self._set_language(submission.lang)
        return submission.with_env(request.env(su=True))

    def _answer(self, submission, state):
        status = {"waiting": 200, "confirmed": 200, "expired": 410, "unknown": 404}[state]
        return self._page(status, getattr(self, f"_prepare_{state}")(submission))

    def _prepare_waiting(self, submission):
        company = submission.company_id.name
        return {
            "title": request.env._("Please confirm"),
            "text": request.env._("You wrote to %(company)s. Confirm it, so that you get an answer.", company=company),
            "consent": submission.consent_given and submission.consent_text,
            "button": request.env._("Confirm"),
        }

    def _prepare_confirmed(self, submission):
        text = submission.form_id.thanks_text or request.env._("We have received your message and will be in touch.")
        return {"title": request.env._("Thank you, it is confirmed"), "text": text}

    def _prepare_expired(self, _submission):
        return {
            "title": request.env._("This link works no longer"),
            "text": request.env._("Please fill in the form once more; you will get a new link."),
        }

    def _prepare_unknown(self, _submission):
        return {
            "title": request.env._("This link is not complete"),
            "text": request.env._("Open it from the mail, or copy all of it into your browser."),
        }
