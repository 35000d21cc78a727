import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError

from ..tools.urls import CLICK_ID_KINDS, parse_tracking
from .leadya_keyword import MATCH_TYPES


class LeadyaTouch(models.Model):
    """One visit, call or meeting that led towards a lead.

    Touches are a ledger: they are added, never rewritten, and go along when leads are
    merged, so that any attribution model can be applied when a report is read.
    """

    _name = "leadya.touch"
    _description = "Marketing Touch"
    _order = "touched_at, id"
    _rec_name = "landing_url"

    lead_id = fields.Many2one("crm.lead", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="lead_id.company_id", store=True, index="btree_not_null")
    touched_at = fields.Datetime("Time", required=True, default=fields.Datetime.now)
    origin = fields.Selection(
        [
            ("lead", "The lead's own fields"),
            ("form", "Web form"),
            ("snippet", "Tracking snippet"),
            ("page", "This page only (storage refused)"),
            ("import", "Import"),
            ("platform", "Advertising platform"),
            ("email", "E-mail"),
            ("manual", "By hand"),
        ],
        default="manual",
        required=True,
    )
    channel_id = fields.Many2one("leadya.channel", index="btree_not_null", ondelete="set null")
    source_id = fields.Many2one("utm.source", index="btree_not_null", ondelete="set null")
    medium_id = fields.Many2one("utm.medium", string="UTM Medium", index="btree_not_null", ondelete="set null")
    campaign_id = fields.Many2one("utm.campaign", index="btree_not_null", ondelete="set null")
    keyword_id = fields.Many2one("leadya.keyword", index="btree_not_null", ondelete="set null")
    term = fields.Char("Search Term", help="The search term as it came, before it was normalised to a keyword.")
    match_type = fields.Selection(MATCH_TYPES)
    ad_group = fields.Char()
    content = fields.Char()
    # As the platform numbers them: 64-bit, so texts. By them a report on costs is joined.
    campaign_ref = fields.Char("Campaign ID", help="By which the advertising platform knows the campaign.")
    ad_group_ref = fields.Char("Ad Group ID", help="Ad group, ad set or asset group, by the platform's own number.")
    creative_ref = fields.Char("Ad ID", help="By which the advertising platform knows the advertisement.")
    network = fields.Char(help="Where the advertisement was shown, as the platform says it: for Google g is search.")
    landing_url = fields.Char("Landing Page")
    referrer_url = fields.Char("Referrer")
    click_id = fields.Char("Click Identifier", help="Case-sensitive.")
    click_id_kind = fields.Selection([(kind, kind) for kind in CLICK_ID_KINDS])
    device = fields.Selection([("desktop", "Desktop"), ("mobile", "Mobile"), ("tablet", "Tablet")])

    @api.model
    def _values_from_url(self, url):
        """Touch values that a landing page's address carries.

        ``source``, ``medium`` and ``campaign`` are names, for the caller to turn into
        ``utm`` records (see ``_make_utm_finder``); all other keys are fields of the touch.

        :param str url: the landing page, with its query
        :return: only what the address says
        :rtype: dict
        """
        return parse_tracking(url).said()

    # ------------------------------------------------------------
    # COMPLETION
    # ------------------------------------------------------------

    def _complete(self):
        """Fill what a new touch leaves open, from its own address and the rules.

        Only empty values are filled: what a door or a person said is kept.

        :return: decisions, as values of ``leadya.decision.log``
        :rtype: list[dict]
        """
        self._complete_from_url()
        self._complete_keyword()
        decisions = []
        for company, touches in self.grouped("company_id").items():
            decisions += touches._complete_channel(company)
        return decisions

    def _complete_from_url(self):
        utm = self._make_utm_finder()
        by_values = {}
        for touch in self.filtered("landing_url"):
            found = self._values_from_url(touch.landing_url)
            for name in ("source", "medium", "campaign"):
                text = found.pop(name, None)
                if text and not touch[f"{name}_id"]:
                    found[f"{name}_id"] = utm(f"utm.{name}", text)
            if touch.click_id:
                # Kind and identifier belong together.
                found.pop("click_id", None)
                found.pop("click_id_kind", None)
            missing = {name: value for name, value in found.items() if not touch[name]}
            if missing:
                by_values.setdefault(frozenset(missing.items()), []).append(touch.id)
        for values, ids in by_values.items():
            self.browse(ids).with_prefetch(self._ids).write(dict(values))

    def _make_utm_finder(self):
        """A finder of ``utm`` records by name that asks once per name and batch.

        :raises ConcurrencyError: where another transaction has just made the same record,
            which this one cannot see yet; the caller's transaction is to be run again
        """
        known = {}

        def find(model, name):
            key = (model, name.strip().casefold())
            if key not in known:
                known[key] = self._search_utm(model, name) or self._create_utm(model, name)
            return known[key]

        return find

    def _search_utm(self, model, name):
        """The id of the record that Odoo's own search by name finds."""
        records_sudo = self.env[model].sudo().with_context(active_test=False)
        return records_sudo.search_fetch([("name", "=ilike", name.strip())], ["name"], limit=1).id

    def _create_utm(self, model, name):
        try:
            with self.env.cr.savepoint():
                return self.env["utm.mixin"].sudo()._find_or_create_record(model, name).id
        except psycopg2.errors.UniqueViolation as error:
            raise ConcurrencyError(str(error)) from error

    def _complete_keyword(self):
        touches = self.filtered(lambda touch: touch.term and not touch.keyword_id)
        keywords = self.env["leadya.keyword"]._find_or_create(
            [
                {
                    "term": touch.term,
                    "match_type": touch.match_type,
                    "campaign_id": touch.campaign_id.id,
                    "ad_group": touch.ad_group,
                    "source_id": touch.source_id.id,
                }
                for touch in touches
            ]
        )
        by_keyword = {}
        for touch, keyword in zip(touches, keywords, strict=True):
            by_keyword.setdefault(keyword, []).append(touch.id)
        for keyword, ids in by_keyword.items():
            self.browse(ids).with_prefetch(self._ids).keyword_id = keyword

    def _complete_channel(self, company):
        touches = self.filtered(lambda touch: not touch.channel_id)
        found = self.env["leadya.channel"]._recognise(
            [
                {
                    "click_id_kind": touch.click_id_kind,
                    "medium": touch.medium_id.name,
                    "source": touch.source_id.name,
                    "referrer": touch.referrer_url,
                    "landing_url": touch.landing_url,
                }
                for touch in touches
            ],
            company,
        )
        by_channel = {}
        for touch, recognition in zip(touches, found, strict=True):
            by_channel.setdefault(recognition.channel, []).append(touch.id)
        for channel, ids in by_channel.items():
            self.browse(ids).with_prefetch(self._ids).channel_id = channel
        return [
            {
                "lead_id": touch.lead_id.id,
                "step": "attribute",
                "code": recognition.code,
                "params": {"channel": recognition.channel.name or "", "value": recognition.value},
            }
            for touch, recognition in zip(touches, found, strict=True)
        ]
