"""What somebody who came by an organic search probably searched for."""

from markupsafe import Markup

from odoo import api, fields, models

from ..tools.urls import split_page
from .leadya_search_query import SHOWN


class LeadyaChannel(models.Model):
    _inherit = "leadya.channel"

    @api.model
    def _get_organic(self):
        """The channel of search engines' own results; empty where it was deleted."""
        return self.browse(self.env["ir.model.data"]._xmlid_to_res_id("leadya_crm.channel_organic_search"))


class CrmLead(models.Model):
    _inherit = "crm.lead"

    inferred_search_html = fields.Html(
        "Probably Searched For",
        compute="_compute_inferred_search_html",
        sanitize=False,
        help="Inferred, not tracked: by how often Google says that the landing page was found by each query.",
    )

    @api.depends("channel_id", "keyword_id", "landing_url", "touch_ids.landing", "company_id")
    @api.depends_context("lang", "company")
    def _compute_inferred_search_html(self):
        organic = self.env["leadya.channel"]._get_organic()
        for lead in self:
            found = lead._infer_searches() if organic and lead.channel_id == organic else []
            lead.inferred_search_html = lead._render_searches(found) if found else False

    def _infer_searches(self):
        """The likely queries of the landing page; none where the keyword was tracked.

        :return: see ``leadya.search.query._infer``
        """
        self.ensure_one()
        if self.keyword_id:
            return []
        site, page = split_page(self.landing_url or self._get_organic_touch().landing_url)
        company = self.company_id or self.env.company
        # Reps see what was searched for; there is no money in it.
        return self.env["leadya.search.query"].sudo()._infer(company, site, page) if site else []

    def _get_organic_touch(self):
        """The last visit by an organic search."""
        organic = self.env["leadya.channel"]._get_organic()
        touches = self.touch_ids.filtered(lambda touch: touch.channel_id == organic and touch.landing_url)
        return touches.filtered(lambda touch: not touch.superseded_by_id)[-1:]

    def _render_searches(self, found):
        """The likeliest queries with their probabilities; each search in its own direction of writing."""
        count = SHOWN if len(found) > SHOWN + 1 else len(found)
        shown, others = found[:count], found[count:]
        items = [(query, share) for query, _is_brand, share in shown]
        if others:
            label = self.env._("%(count)s other searches", count=len(others))
            items.append((label, sum(share for _query, _is_brand, share in others)))
        lines = Markup().join(
            Markup(
                "<li class='d-flex justify-content-between'>"
                "<bdi>%s</bdi><span class='text-muted ms-3'>%s&#160;%%</span></li>"
            )
            % (query, round(100 * share))
            for query, share in items
        )
        return Markup("<ul class='list-unstyled mb-0'>%s</ul>") % lines
