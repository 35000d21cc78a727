from odoo import http

# A new version reaches the pages within the hour; until then they ask nobody.
_MAX_AGE = 60 * 60


class LeadyaSnippet(http.Controller):
    """The tracking snippet, for pages of any site. It is told apart from no visitor, and sets no cookie."""

    @http.route(
        "/leadya/static/leadya.js",
        type="http",
        auth="none",
        methods=["GET"],
        # Pages may load it with the attribute crossorigin, and so see its errors.
        cors="*",
        save_session=False,
        readonly=True,
        sitemap=False,
    )
    def snippet(self, **_query):
        stream = http.Stream.from_path("leadya_crm/static/snippet/leadya.js", public=True)
        response = stream.get_response(max_age=_MAX_AGE)
        # Pages that are isolated from other sites (COEP) load nothing that doesn't say so.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response
