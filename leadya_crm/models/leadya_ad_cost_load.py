"""Loading costs from reports: what they replace, at which rate they count, and how a load is taken back.

SPECIFICATIONS

* A load covers the days of its report, for the campaigns in it, of one platform and account. Costs of the same
  campaigns that lie within these days are replaced, whatever their detail: loading again never doubles.
* Costs that reach beyond those days (a month, where the report is a week's) are not replaced by themselves: of their
  other days nothing else is known. The load stops and says so, unless the user wants them gone.
* What is replaced stays archived for some months, so that the load can be undone.
* Two loads of one company wait for each other: the second sees what the first has written, or starts anew.
"""

from datetime import date
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL
from odoo.tools.constants import GC_UNLINK_LIMIT

from .bulk_insert import insert_literals, literal

#: Days for which replaced costs are kept, so that a load can be undone.
KEEP_DAYS = 90


#: What a row says of what the money went for, in the order of `_prepare_about`.
ABOUT_COLUMNS = (
    "keyword_id",
    "match_type",
    "campaign_id",
    "campaign_ref",
    "ad_group",
    "ad_group_ref",
    "account",
    "currency_id",
    "level",
)


class CostScope(NamedTuple):
    """What a report speaks of: days, accounts and campaigns."""

    span: tuple[date, date]
    accounts: list
    campaign_ids: list
    campaign_refs: list
    #: Whether it has costs of no campaign.
    has_unnamed: bool


class CostNames(NamedTuple):
    """The records that a report's texts stand for."""

    #: Ids by name in small letters.
    campaigns: dict
    #: Ids by `About`.
    keywords: dict
    #: Records by code.
    currencies: dict
    keyword_count: int
    new_keyword_count: int
    campaign_count: int


class LeadyaAdCostLedger(models.Model):
    """When costs of a company were last loaded; by its row two loads wait for each other."""

    _name = "leadya.ad.cost.ledger"
    _description = "Ledger of Advertising Costs"
    _rec_name = "company_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    loaded_at = fields.Datetime(readonly=True)

    _company_uniq = models.UniqueIndex("(company_id)", "A company has one ledger.")

    @api.model
    def _lock(self, company):
        """Let no other load of the company go on before this transaction ends.

        Where another has ended after this transaction began to look, PostgreSQL refuses the update, and the caller
        is to start anew: what the other has written can't be seen from here.
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO leadya_ad_cost_ledger (company_id, loaded_at) VALUES (%(company)s, %(now)s)
                ON CONFLICT (company_id) DO UPDATE SET loaded_at = EXCLUDED.loaded_at
                """,
                company=company.id,
                now=self.env.cr.now(),
            )
        )
        self.invalidate_model()


class LeadyaAdCost(models.Model):
    _inherit = "leadya.ad.cost"

    # ------------------------------------------------------------
    # WHAT IS REPLACED
    # ------------------------------------------------------------

    @api.model
    def _get_scope(self, record, scope):
        """Condition on costs that a load speaks of: same company, platform, account and campaigns, days in common.

        An account that one of the two doesn't name may be the same.

        :param record: the leadya.import
        :param CostScope scope: what the report covers
        """
        return SQL(
            """
            cost.company_id = %(company)s AND cost.origin = %(origin)s AND cost.active IS TRUE
            AND cost.import_id IS DISTINCT FROM %(import)s
            AND cost.date_to >= %(from)s AND cost.date_from <= %(to)s
            AND (cost.account IS NULL OR %(any_account)s OR cost.account = ANY(%(accounts)s))
            AND (cost.campaign_id = ANY(%(campaigns)s) OR cost.campaign_ref = ANY(%(refs)s)
                 OR (cost.campaign_id IS NULL AND %(without)s))
            """,
            company=record.company_id.id,
            origin=record.cost_origin,
            **{"import": record.id, "from": scope.span[0], "to": scope.span[1]},
            any_account=not all(scope.accounts),
            accounts=[account for account in scope.accounts if account],
            campaigns=scope.campaign_ids,
            refs=scope.campaign_refs,
            without=scope.has_unnamed,
        )

    @api.model
    def _find_replaced(self, record, scope):
        """What a load would replace, and what sticks out of its days.

        :return: for both the number of rows, their sum in the company's currency, first and last day
        """
        self.flush_model()
        inside = SQL("cost.date_from >= %s AND cost.date_to <= %s", *scope.span)
        figures = SQL("COUNT(*), COALESCE(SUM(cost.amount_company), 0), MIN(cost.date_from), MAX(cost.date_to)")
        rows = self.env.execute_query(
            SQL(
                "SELECT %s AS inside, %s FROM leadya_ad_cost cost WHERE %s GROUP BY 1",
                inside,
                figures,
                self._get_scope(record, scope),
            )
        )
        found = {row[0]: row[1:] for row in rows}
        nothing = (0, 0, None, None)
        return found.get(True, nothing), found.get(False, nothing)

    @api.model
    def _replace(self, record, scope):
        """Put away what a load replaces."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE leadya_ad_cost cost SET active = FALSE, replaced_by_id = %s, write_date = %s
                 WHERE %s
                """,
                record.id,
                self.env.cr.now(),
                self._get_scope(record, scope),
            )
        )
        self.invalidate_model()

    @api.model
    def _undo(self, record):
        """Take a load back: its costs go, and what they replaced counts again.

        Where a later load covers the same days, that one has replaced the old costs, too.

        :return: how many rows are gone, and how many count again
        """
        self.flush_model()
        cr = self.env.cr
        cr.execute(SQL("DELETE FROM leadya_ad_cost WHERE import_id = %s", record.id))
        removed = cr.rowcount
        cr.execute(SQL("%s", self._get_hand_over(record)))
        cr.execute(
            SQL("UPDATE leadya_ad_cost SET active = TRUE, replaced_by_id = NULL WHERE replaced_by_id = %s", record.id)
        )
        restored = cr.rowcount
        self.invalidate_model()
        return removed, restored

    def _get_hand_over(self, record):
        """Leave to a later load what it would have replaced, had the one that is undone never been."""
        return SQL(
            """
            UPDATE leadya_ad_cost old SET replaced_by_id = later.import_id
              FROM (SELECT DISTINCT ON (old.id) old.id, later.import_id
                      FROM leadya_ad_cost old
                      JOIN leadya_ad_cost later
                        ON later.company_id = old.company_id AND later.origin = old.origin
                       AND later.active IS TRUE AND later.import_id IS NOT NULL
                       AND later.campaign_id IS NOT DISTINCT FROM old.campaign_id
                       AND (later.account IS NULL OR old.account IS NULL OR later.account = old.account)
                       AND later.date_to >= old.date_from AND later.date_from <= old.date_to
                     WHERE old.replaced_by_id = %s
                     ORDER BY old.id, later.import_id DESC) later
             WHERE later.id = old.id
            """,
            record.id,
        )

    @api.autovacuum
    def _gc_replaced(self):
        """Forget what was replaced long ago."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        old = (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [("active", "=", False), ("replaced_by_id", "!=", False), ("write_date", "<", limit)],
                limit=GC_UNLINK_LIMIT,
            )
        )
        old.unlink()
        return len(old), len(old) == GC_UNLINK_LIMIT

    # ------------------------------------------------------------
    # WHAT IS LOADED
    # ------------------------------------------------------------

    @api.model
    def _insert_lines(self, record, report, names):
        """Write the lines of a report.

        :param record: the leadya.import
        :param CostReport report: what was read
        :param CostNames names: the records that its texts stand for
        """
        common = {
            "company_id": record.company_id.id,
            "origin": record.cost_origin,
            "source_id": record.cost_source_id.id or None,
            "channel_id": record.cost_channel_id.id or None,
            "import_id": record.id,
            "active": True,
        }
        rates = self._get_rates(record, report, names.currencies)
        abouts = {about: self._prepare_about(about, names) for about in {about for about, _period in report.lines}}
        days = {period: tuple(map(str, period)) for _about, period in report.lines}
        rows = []
        for (about, period), (impressions, clicks, cost) in report.lines.items():
            rate, digits, company_digits = rates[about.currency, period[1]]
            amounts = str(round(cost, digits)), str(round(cost * rate, company_digits))
            rows.append((*abouts[about], *days[period], *amounts, str(impressions), str(clicks)))
        columns = (*ABOUT_COLUMNS, "date_from", "date_to", "cost", "amount_company", "impressions", "clicks")
        insert_literals(self, columns, rows, common)

    def _prepare_about(self, about, names):
        """Values of `ABOUT_COLUMNS`, ready to be inserted."""
        keyword_id = names.keywords.get(about)
        campaign_id = names.campaigns.get((about.campaign or about.campaign_ref).lower())
        values = (
            keyword_id,
            about.match_type or None,
            campaign_id,
            about.campaign_ref or None,
            about.ad_group or None,
            about.ad_group_ref or None,
            about.account or None,
            names.currencies[about.currency].id,
            "keyword" if keyword_id else "campaign" if campaign_id else "channel",
        )
        return tuple(map(literal, values))

    @api.model
    def _get_rates(self, record, report, currencies):
        """How much one unit of a currency is in the company's on the last day of each period, and both their digits.

        :rtype: dict[tuple[str, date], tuple[float, int, int]]
        """
        company = record.company_id
        own = company.currency_id
        pairs = {(about.currency, period[1]) for about, period in report.lines}
        return {
            (code, day): (
                currencies[code]._get_conversion_rate(currencies[code], own, company, day),
                currencies[code].decimal_places,
                own.decimal_places,
            )
            for code, day in pairs
        }

    @api.model
    def _find_or_create_campaigns(self, texts):
        """Ids of campaigns by their name in small letters; those that are new are made, as from a visit's address.

        :param texts: names as the platform writes them
        :raises ConcurrencyError: where another transaction has just made one of them
        :rtype: dict[str, int]
        """
        by_key = {text.lower(): text for text in texts}
        known = self._search_campaigns(texts)
        missing = {key: text for key, text in by_key.items() if key not in known}
        if missing:
            known |= dict(zip(missing, self._create_campaigns(missing.values()).ids, strict=True))
        return known

    def _create_campaigns(self, texts):
        vals_list = [{"name": text, "title": text, "is_auto_campaign": True} for text in texts]
        try:
            with self.env.cr.savepoint():
                return self.env["utm.campaign"].sudo().create(vals_list)
        except psycopg2.errors.UniqueViolation as error:
            raise ConcurrencyError(str(error)) from error

    @api.model
    def _search_campaigns(self, texts):
        """Ids of campaigns by their name in small letters."""
        self.env["utm.campaign"].flush_model(["name"])
        texts = list(texts)
        rows = self.env.execute_query(
            SQL(
                "SELECT name, id FROM utm_campaign WHERE name = ANY(%s) OR lower(name) = ANY(%s) ORDER BY id DESC",
                texts,
                [text.lower() for text in texts],
            )
        )
        return {name.lower(): campaign_id for name, campaign_id in rows}

    @api.model
    def _resolve_keywords(self, abouts, campaigns, source, dry):
        """Keywords of a report, made where they are new, but on a dry run.

        :param abouts: list of `About` with a keyword
        :param dict campaigns: ids by name in small letters
        :param source: the utm.source of the platform's advertisements
        :raises ConcurrencyError: where another transaction has just made one of them
        :return: how many of them were known, and ids by `About`
        """
        Keyword = self.env["leadya.keyword"].sudo()
        terms = [
            {
                "term": about.keyword,
                "match_type": about.match_type,
                "campaign_id": campaigns.get((about.campaign or about.campaign_ref).lower()),
                "ad_group": about.ad_group,
                "source_id": source.id,
            }
            for about in abouts
        ]
        identities = [Keyword._identity_of(term) for term in terms]
        known = Keyword._search_identities(set(identities))
        count = sum(identity in known for identity in identities)
        if dry:
            return count, {}
        new = {
            identity: about.keyword for identity, about in zip(identities, abouts, strict=True) if identity not in known
        }
        if new:
            known |= Keyword._resolve_identities(new)
        if not all(identity in known for identity in identities):
            raise ConcurrencyError("Another transaction has made the same keyword.")
        return count, {about: known[identity] for about, identity in zip(abouts, identities, strict=True)}
