"""Spreadsheets of the kind "Advertising costs": the platforms' own downloads.

What columns and cells say is understood in ``tools/cost_report.py``; what is replaced, and how costs are written, is in
``leadya_ad_cost_load.py``.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.cost_columns import propose_cost_targets, read_header, recognise_platform
from ..tools.cost_headers import COST_SYNONYMS
from ..tools.cost_report import DATES, ReportError, ReportOptions, read_report
from ..tools.dates import detect_date_order
from ..tools.periods import is_all_time, parse_period
from ..tools.spreadsheet import SpreadsheetError, open_spreadsheet
from .leadya_ad_cost import ORIGINS
from .leadya_ad_cost_load import CostNames, CostScope

#: By which visits from a platform's advertisements are known: ``utm_source``, and the medium that makes them paid.
SOURCES = {
    "google": ("google", "cpc"),
    "microsoft": ("bing", "cpc"),
    "yandex": ("yandex", "cpc"),
    "meta": ("facebook", "paid_social"),
}
REPEATABLE = ("ignore", "segment")


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    kind = fields.Selection(selection_add=[("costs", "Advertising costs")], ondelete={"costs": "cascade"})
    cost_origin = fields.Selection(
        [origin for origin in ORIGINS if origin[0] != "manual"],
        "Platform",
        copy=False,
        help="Recognized by what its columns are called. Loading replaces costs of the same platform only.",
    )
    cost_source_id = fields.Many2one(
        "utm.source", "Source", copy=False, help="The utm_source of this platform's advertisements in your addresses."
    )
    cost_channel_id = fields.Many2one(
        "leadya.channel",
        "Channel",
        check_company=True,
        domain="[('company_id', 'in', [company_id, False])]",
        copy=False,
        help="Recognized by the channels' rules from the source.",
    )
    cost_currency_id = fields.Many2one(
        "res.currency",
        "Currency",
        copy=False,
        help="Of costs whose row doesn't name one. Read from the report where it says it.",
    )
    cost_account = fields.Char(
        "Account",
        help="Needed only where several accounts have campaigns of the same name, and the report has no such column.",
    )
    period_from = fields.Date("First Day", copy=False, help="Of rows that don't say their own day.")
    period_to = fields.Date("Last Day", copy=False)
    has_own_dates = fields.Boolean(compute="_compute_has_own_dates")
    replace_overlap = fields.Boolean(
        "Replace Longer Periods",
        copy=False,
        help="Costs loaded for a longer period, such as a month, are put away where this report covers a part of it.",
    )
    cost_ids = fields.One2many("leadya.ad.cost", "import_id", "Costs", groups="leadya_crm.group_marketing")
    cost_count = fields.Integer("Number of Costs", compute="_compute_cost_count", groups="leadya_crm.group_marketing")

    @api.depends("column_ids.target")
    def _compute_has_own_dates(self):
        for record in self:
            record.has_own_dates = any(column.target in DATES for column in record.column_ids)

    @api.depends("cost_ids")
    def _compute_cost_count(self):
        groups = self.env["leadya.ad.cost"]._read_group([("import_id", "in", self.ids)], ["import_id"], ["__count"])
        counts = dict(groups)
        for record in self:
            record.cost_count = counts.get(record._origin, 0)

    @api.model
    def _get_whole_kinds(self):
        return super()._get_whole_kinds() | {"costs"}

    def get_formview_id(self, access_uid=None):
        """Costs have a form of their own."""
        if self.kind == "costs":
            return self.env.ref("leadya_crm.leadya_import_view_form_costs").id
        return super().get_formview_id(access_uid=access_uid)

    # ------------------------------------------------------------
    # COLUMNS
    # ------------------------------------------------------------

    def _costs_propose(self, headers, samples):
        targets = propose_cost_targets(headers)
        self._costs_propose_options(headers, targets)
        default = self._costs_get_date_order()
        return [(target, detect_date_order(samples[position]) or default) for position, target in enumerate(targets)]

    def _costs_get_date_order(self):
        """How dates of digits are read that may be read both ways."""
        if self.cost_origin == "microsoft":
            return "mdy"
        lang = self.env["res.lang"]._get_data(code=self.env.user.lang)
        return "mdy" if "%m" in (lang.date_format or "")[:3] else "dmy"

    def _costs_propose_options(self, headers, targets):
        """Platform, source, channel, currency and period, as the report tells them."""
        lines = self.preamble or []
        self.cost_origin = recognise_platform(headers, lines)
        source, medium = SOURCES[self.cost_origin]
        touch = self.env["leadya.touch"]
        self.cost_source_id = touch._make_utm_finder()("utm.source", source)
        seen = [{"source": source, "medium": medium}]
        self.cost_channel_id = self.env["leadya.channel"]._recognise(seen, self.company_id)[0].channel
        self.cost_currency_id = self._costs_find_header_currency(headers, targets) or self.company_id.currency_id
        order = self._costs_get_date_order()
        period = next(filter(None, (parse_period(line, order) for line in lines)), (False, False))
        self.period_from, self.period_to = period

    def _costs_find_header_currency(self, headers, targets):
        codes = [
            read_header(header).currency for header, target in zip(headers, targets, strict=True) if target == "cost"
        ]
        return next((self._find_currencies([code]).get(code) for code in codes if code), None)

    def _costs_check_columns(self):
        self._check_repeated_columns(REPEATABLE)
        targets = set(self.column_ids.mapped("target"))
        if "cost" not in targets:
            raise UserError(
                self.env._(
                    "No column holds the cost. A report of costs has a column such as “Cost”, “Spend” or “Amount "
                    "spent”: choose it, or choose another file."
                )
            )
        if not targets & {"keyword", "campaign", "campaign_ref"} and not self.cost_channel_id:
            raise UserError(self.env._("The report names no keywords and no campaigns: choose the channel it is of."))
        if not targets.intersection(DATES) and not (self.period_from and self.period_to):
            raise UserError(self._costs_describe_no_period())
        if self.period_from and self.period_to and self.period_from > self.period_to:
            raise UserError(self.env._("The period ends before it begins."))

    def _costs_describe_no_period(self):
        if any(is_all_time(line) for line in self.preamble or []):
            return self.env._(
                "The report covers “All time”, and doesn't say which days these are. Enter the first and the last "
                "day, or download it with days."
            )
        return self.env._("The report doesn't say which days it covers. Enter the first and the last day.")

    # ------------------------------------------------------------
    # LOADING
    # ------------------------------------------------------------

    def _costs_has_loaded(self):
        Cost = self.env["leadya.ad.cost"].sudo().with_context(active_test=False)
        return bool(Cost.search_count([("import_id", "in", self.ids)], limit=1))

    def _costs_load(self, dry, progress):
        """Read the report and load it; on a dry run say what that would do.

        :raises UserError: with the row and the column of what can't be read
        """
        Cost = self.env["leadya.ad.cost"]
        Cost.check_access("create")
        report = self._costs_read(progress)
        if not dry:
            self._costs_claim(progress)
        names = self._costs_resolve(report, dry)
        self._costs_check_rates(report, names.currencies)
        scope = self._costs_get_scope(report, names)
        replaced, overlapping = Cost._find_replaced(self, scope)
        self._costs_check_overlap(overlapping, scope)
        findings = self._costs_find(report, names, replaced, overlapping)
        if not dry:
            # Rights were checked above; what is replaced may have been loaded by anybody of the company.
            Cost.sudo()._replace(self, scope)
            Cost._insert_lines(self, report, names)
        return findings

    def _costs_claim(self, progress):
        """Let no other load of the company be between here and the end, and look at what there is now.

        What was read belongs to the file: a new transaction may begin after it.
        """
        if progress:
            progress(self.total_count)
        self.env["leadya.ad.cost.ledger"].sudo()._lock(self.company_id)

    def _costs_read(self, progress):
        columns = self.column_ids.sorted("position")
        period = (self.period_from, self.period_to) if self.period_from and self.period_to else None
        options = ReportOptions(
            targets=columns.mapped("target"),
            period=period,
            currency=self.cost_currency_id.name or self.company_id.currency_id.name,
            account=self.cost_account or "",
            origin=self.cost_origin,
            date_orders={column.position: column.date_order for column in columns},
        )
        try:
            book = open_spreadsheet(self._read_file(), self._get_limits(), (self.sheet_name or "").strip() or None)
            return read_report(book, options, progress)
        except (SpreadsheetError, ReportError) as error:
            raise UserError(self._describe(error.code, error.params)) from error

    def _costs_resolve(self, report, dry):
        """The records that a report's texts stand for; new ones are made, but on a dry run."""
        Cost = self.env["leadya.ad.cost"]
        abouts = {about for about, _period in report.lines}
        texts = {about.campaign or about.campaign_ref for about in abouts} - {""}
        campaigns = Cost._search_campaigns(texts) if dry else Cost._find_or_create_campaigns(texts)
        named = [about for about in sorted(abouts) if about.keyword]
        known, keywords = Cost._resolve_keywords(named, campaigns, self.cost_source_id, dry)
        currencies = self._find_currencies(about.currency for about in abouts)
        return CostNames(campaigns, keywords, currencies, len(named), len(named) - known, len(texts))

    def _find_currencies(self, codes):
        """Currencies by their codes, those that are not in use among them.

        :raises UserError: where Odoo knows no such currency
        """
        codes = set(codes)
        currencies = self.env["res.currency"].with_context(active_test=False).search([("name", "in", list(codes))])
        found = {currency.name: currency for currency in currencies}
        if missing := sorted(codes - found.keys()):
            raise UserError(self.env._("There is no currency “%(code)s”.", code=missing[0]))
        return found

    def _costs_check_rates(self, report, currencies):
        """Without any rate Odoo takes one unit for another: say so rather than count dollars as shekels."""
        own = self.company_id.currency_id
        for code, currency in currencies.items():
            if currency == own:
                continue
            rates = self.env["res.currency.rate"].sudo()
            domain = [
                ("currency_id", "in", (currency.id, own.id)),
                ("company_id", "in", (self.company_id.root_id.id, False)),
                ("name", "<=", report.span[1]),
            ]
            if not rates.search_count(domain, limit=1):
                raise UserError(self._describe("no_rate", {"currency": code, "day": str(report.span[1])}))

    def _costs_get_scope(self, report, names):
        abouts = {about for about, _period in report.lines}
        return CostScope(
            span=report.span,
            accounts=sorted({about.account for about in abouts}),
            campaign_ids=sorted(set(names.campaigns.values())),
            campaign_refs=sorted({about.campaign_ref for about in abouts} - {""}),
            has_unnamed=any(not (about.campaign or about.campaign_ref) for about in abouts),
        )

    def _costs_check_overlap(self, overlapping, scope):
        count, _amount, first, last = overlapping
        if count and not self.replace_overlap:
            raise UserError(
                self._describe(
                    "costs_overlap",
                    self._format_params(
                        {
                            "count": count,
                            "from": str(first),
                            "to": str(last),
                            "own_from": str(scope.span[0]),
                            "own_to": str(scope.span[1]),
                        }
                    ),
                )
            )

    # ------------------------------------------------------------
    # FINDINGS
    # ------------------------------------------------------------

    def _costs_find(self, report, names, replaced, overlapping):
        """What there is to say of a report.

        :return: pairs of a code and its parameters
        """
        first, last = (str(day) for day in report.span)
        findings = [
            ("costs_read", {"rows": report.row_count, "lines": len(report.lines), "from": first, "to": last}),
            *(
                ("costs_sum", {"amount": round(amount, 2), "currency": code})
                for code, amount in sorted(report.sums().items())
            ),
        ]
        if names.keyword_count:
            findings.append(("costs_keywords", {"count": names.keyword_count, "new": names.new_keyword_count}))
        findings += report.findings
        if not report.findings:
            findings.append(("no_total", {}))
        count, amount = replaced[0] + overlapping[0], float(replaced[1]) + float(overlapping[1])
        if count:
            currency = self.company_id.currency_id.name
            findings.append(("replaced", {"count": count, "amount": amount, "currency": currency}))
        return findings

    def _costs_undo(self):
        Cost = self.env["leadya.ad.cost"]
        Cost.check_access("unlink")
        self.env["leadya.ad.cost.ledger"].sudo()._lock(self.company_id)
        removed, restored = Cost.sudo()._undo(self)
        return [("costs_undone", {"removed": removed, "restored": restored})]

    def action_view_costs(self):
        """Open the costs that the import has loaded."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_ad_cost_action"),
            "name": self.env._("Costs of %(name)s", name=self.name),
            "domain": [("import_id", "=", self.id)],
            "context": {"active_test": False},
        }

    @api.model
    def _get_templates(self):
        return {
            **super()._get_templates(),
            # What stops a report
            "no_rows": self.env._("The report has no rows of costs."),
            "no_period": self.env._("The report doesn't say which days it covers. Enter the first and the last day."),
            "row_without_name": self.env._(
                "Row %(row)s has costs, but column “%(column)s” is empty there, and it is no sum of the other rows."
            ),
            "bad_cost": self.env._("Row %(row)s, column “%(column)s”: “%(value)s” is no amount of money."),
            "bad_impressions": self.env._("Row %(row)s, column “%(column)s”: “%(value)s” is no whole number."),
            "bad_clicks": self.env._("Row %(row)s, column “%(column)s”: “%(value)s” is no whole number."),
            "too_large": self.env._("Row %(row)s, column “%(column)s”: “%(value)s” is too large."),
            "bad_currency": self.env._("Row %(row)s, column “%(column)s”: “%(value)s” is no currency."),
            "bad_period": self.env._("Row %(row)s, column “%(column)s”: the period ends before it begins."),
            "bad_day": self.env._("Row %(row)s, column “%(column)s”: “%(value)s” is no date."),
            "no_rate": self.env._(
                "There is no rate of %(currency)s for %(day)s or before. Enter it under Currencies, and try again: "
                "without it the costs can't be told in your currency."
            ),
            "costs_overlap": self.env._(
                "%(count)s costs of these campaigns were loaded for longer periods, from %(from)s to %(to)s, of which "
                "this report covers a part, from %(own_from)s to %(own_to)s. Load a report of the whole period, or "
                "choose to replace longer periods."
            ),
            # What is said of a report
            "costs_read": self.env._("%(rows)s rows make %(lines)s costs from %(from)s to %(to)s."),
            "costs_sum": self.env._("Spent: %(amount)s %(currency)s."),
            "costs_keywords": self.env._("Keywords: %(count)s, of them %(new)s not known before."),
            "total_equal": self.env._("Row %(row)s, “%(label)s”: equal to the sum of the rows, %(cost)s."),
            "total_differs": self.env._(
                "Row %(row)s, “%(label)s”: column “%(column)s” says %(said)s, the rows sum up to %(found)s."
            ),
            "total_wider": self.env._(
                "Row %(row)s, “%(label)s”: %(more)s more than the rows of this report. It is spent on what the "
                "report doesn't show."
            ),
            "no_total": self.env._("The report has no sum of its own to be held against."),
            "replaced": self.env._(
                "Loaded before, and replaced: %(count)s costs of the same days and campaigns, %(amount)s %(currency)s."
            ),
            "costs_undone": self.env._(
                "%(removed)s costs were taken back; %(restored)s that had been replaced count again."
            ),
        }


class LeadyaImportColumn(models.Model):
    _inherit = "leadya.import.column"

    def _get_allowed_targets(self):
        if self.import_id.kind == "costs":
            return [*COST_SYNONYMS, "ignore"]
        return super()._get_allowed_targets()
