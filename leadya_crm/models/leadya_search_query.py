"""Searches by which Google says that pages were found: loaded, never tracked (L13 L16).

Which of them a lead made nobody knows. What is said of leads by these rows is a probability, is called inferred
wherever it is shown, and is written to no field that holds what was tracked. See ``tools/search_inference.py``.
"""

from odoo import api, fields, models

from ..tools.search_inference import query_probabilities
from .bulk_insert import insert_rows

#: So many of a page's queries are shown on a lead; the others are summed up.
SHOWN = 5


class LeadyaSearchQuery(models.Model):
    _name = "leadya.search.query"
    _description = "Organic Search Query"
    _order = "clicks desc, impressions desc, id"
    _rec_name = "query"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    query = fields.Char(required=True, readonly=True)
    normalized_name = fields.Char(required=True, readonly=True, index=True, help="As keywords are compared.")
    is_brand = fields.Boolean(
        "Brand", readonly=True, help="The query names the company: who searched for it knew it already."
    )
    site = fields.Char(required=True, readonly=True)
    page = fields.Char(required=True, readonly=True, help="Of our site, without what differs from visit to visit.")
    clicks = fields.Integer(readonly=True)
    impressions = fields.Integer(readonly=True)
    position = fields.Float(
        readonly=True, digits=(8, 1), aggregator="avg", help="Average place among the results; 0 where it is not known."
    )
    date_from = fields.Date("First Day", required=True, readonly=True)
    date_to = fields.Date("Last Day", required=True, readonly=True)
    import_id = fields.Many2one("leadya.import", "Loaded By", readonly=True, index="btree_not_null", ondelete="cascade")

    _once = models.UniqueIndex(
        "(company_id, site, page, normalized_name, date_from, date_to)",
        "The queries of this page and period are loaded already.",
    )

    # ------------------------------------------------------------
    # LOADING
    # ------------------------------------------------------------

    @api.model
    def _find_replaced(self, company, period, sites):
        """Rows of these sites, of days that are among those of a report: they are loaded anew."""
        return self.search(
            [
                ("company_id", "=", company.id),
                ("site", "in", list(sites)),
                ("date_from", "<=", period[1]),
                ("date_to", ">=", period[0]),
            ]
        )

    @api.model
    def _insert_report(self, report, period, record):
        """Write the lines of a report.

        :param SearchReport report: see ``tools/search_console.py``
        :param tuple period: first and last day
        :param record: the leadya.import
        """
        brands = self._find_brands({name for name, _site, _page in report.lines}, record.company_id)
        rows = [
            {
                "company_id": record.company_id.id,
                "query": line.query,
                "normalized_name": name,
                "is_brand": name in brands,
                "site": site,
                "page": page,
                "clicks": line.clicks,
                "impressions": line.impressions,
                "position": round(line.position, 1),
                "date_from": str(period[0]),
                "date_to": str(period[1]),
                "import_id": record.id,
            }
            for (name, site, page), line in report.lines.items()
        ]
        insert_rows(self, rows)

    # ------------------------------------------------------------
    # BRAND
    # ------------------------------------------------------------

    @api.model
    def _find_brands(self, names, company):
        """Those of the queries that name a brand of the company.

        :param set names: normalised queries
        :rtype: set[str]
        """
        Term = self.env["leadya.brand.term"].sudo()
        terms = Term.browse([term_id for term_id, _brand in Term._load()])
        own = set(terms.filtered(lambda term: term.company_id in (company, company.browse())).ids)
        brands = [brand for term_id, brand in Term._load() if term_id in own]
        return {name for name in names if any(brand.is_in(name) for brand in brands)}

    @api.model
    def _mark_brands(self):
        """Tell anew which queries name a brand: its spellings have changed."""
        for company, names in self.sudo()._read_group([], ["company_id"], ["normalized_name:array_agg_distinct"]):
            brands = self._find_brands(set(names), company)
            of_company = self.sudo().search([("company_id", "=", company.id)])
            for is_brand, rows in of_company.grouped(lambda row, brands=brands: row.normalized_name in brands).items():
                rows.filtered(lambda row, is_brand=is_brand: row.is_brand != is_brand).write({"is_brand": is_brand})

    # ------------------------------------------------------------
    # INFERENCE
    # ------------------------------------------------------------

    @api.model
    def _infer(self, company, site, page):
        """The likely queries of whoever came to a page from a search, most likely first.

        :return: (query, whether it names the brand, probability); the probabilities sum to 1
        :rtype: list[tuple[str, bool, float]]
        """
        groups = self._read_group(
            [("company_id", "=", company.id), ("site", "=", site), ("page", "=", page)],
            ["normalized_name"],
            ["query:max", "is_brand:bool_or", "clicks:sum", "impressions:sum"],
        )
        shares = query_probabilities([(clicks, impressions) for *_query, clicks, impressions in groups])
        found = [(group[1], group[2], share) for group, share in zip(groups, shares, strict=True)]
        return sorted(found, key=lambda item: (-item[2], item[0]))


class LeadyaBrandTerm(models.Model):
    _inherit = "leadya.brand.term"

    def _apply(self):
        result = super()._apply()
        self.env["leadya.search.query"]._mark_brands()
        return result

    def unlink(self):
        result = super().unlink()
        self.env["leadya.search.query"]._mark_brands()
        return result
