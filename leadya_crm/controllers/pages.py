from markupsafe import Markup

from odoo.http import request

from ..tools.languages import choose_language

# No script, nothing from elsewhere, in nobody's frame, and no other site learns the address.
_HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex"),
]


class PageMixin:
    """Small pages for strangers, in their language."""

    def _set_language(self, code=""):
        """Go on in this language, else in the one that the browser asks for most.

        :param str code: of an installed language
        """
        codes = [installed for installed, _name in request.env["res.lang"].get_installed()]
        lang = code if code in codes else choose_language(request.httprequest.headers.get("Accept-Language"), codes)
        if lang:
            request.update_context(lang=lang)

    def _page(self, status, values, headers=()):
        """A page with a title and a text.

        :param int status: of HTTP
        :param dict values: ``title``, ``text``; see the template ``capture_page``
        :param headers: more of them
        """
        body = request.env["ir.qweb"]._render("leadya_crm.capture_page", {**values, **self._page_values()})
        headers = [*_HEADERS, *(headers or [("Cache-Control", "no-store")])]
        return request.make_response(body, headers, status=status)

    def _page_values(self):
        lang = request.env["res.lang"]._get_data(code=request.env.lang or "en_US")
        return {
            "doctype": Markup("<!DOCTYPE html>\n"),
            "html_lang": (lang.code or "en_US").replace("_", "-"),
            "direction": lang.direction or "ltr",
        }
