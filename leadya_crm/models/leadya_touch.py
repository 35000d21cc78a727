import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError

from ..tools.urls import CLICK_ID_KINDS, parse_tracking, split_page
from .leadya_keyword import MATCH_TYPES

#: What a touch says of the visit, and what is found from it.
VISIT_VALUES = (
    "landing_url",
    "referrer_url",
    "click_id",
    "click_id_kind",
    "term",
    "match_type",
    "ad_group",
    "content",
    "device",
    "campaign_ref",
    "ad_group_ref",
    "creative_ref",
    "network",
    "source_id",
    "medium_id",
    "campaign_id",
    "keyword_id",
    "channel_id",
)


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
    landing_url = fields.Char("Landing Address")
    landing = fields.Char(
        "Landing Page",
        compute="_compute_landing",
        store=True,
        precompute=True,
        help="The page of our site that the visitor saw first, without what differs from visit to visit.",
    )
    site = fields.Char(
        compute="_compute_landing", store=True, precompute=True, help="The host of the page that the visitor saw first."
    )
    referrer_url = fields.Char("Referrer")
    click_id = fields.Char("Click Identifier", help="Case-sensitive.")
    click_id_kind = fields.Selection([(kind, kind) for kind in CLICK_ID_KINDS])
    device = fields.Selection([("desktop", "Desktop"), ("mobile", "Mobile"), ("tablet", "Tablet")])
    superseded_by_id = fields.Many2one(
        "leadya.touch",
        "Corrected By",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The touch that holds instead of this one.",
    )
    supersedes_id = fields.Many2one(
        "leadya.touch",
        "Corrects",
        copy=False,
        readonly=True,
        ondelete="set null",
        help="The touch that this one holds instead of; it is kept as it was.",
    )

    _supersedes = models.UniqueIndex(
        "(supersedes_id) WHERE supersedes_id IS NOT NULL", "Somebody has corrected this touch already."
    )

    @api.depends("landing_url")
    def _compute_landing(self):
        for touch in self:
            site, landing = split_page(touch.landing_url)
            touch.landing = landing or False
            touch.site = site or False

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

    @api.model
    def _prepare_visit(self, said, find_utm):
        """Values of a touch whose source, medium and campaign are told by name.

        :param dict said: see ``tools.capture.parse_touches``
        :param find_utm: see :meth:`_make_utm_finder`
        :raises ConcurrencyError: see there
        """
        names = {name: said[name] for name in ("source", "medium", "campaign") if said.get(name)}
        return {
            **{name: value for name, value in said.items() if name not in ("source", "medium", "campaign")},
            **{f"{name}_id": find_utm(f"utm.{name}", text) for name, text in names.items()},
        }

    # ------------------------------------------------------------
    # COMPLETION
    # ------------------------------------------------------------

    def _complete(self):
        """Fill what new touches leave open, from their own addresses and the rules.

        Only empty values are filled: what a door or a person said is kept.

        :return: decisions, as values of ``leadya.decision.log``
        :rtype: list[dict]
        """
        decisions = []
        for company, touches in self.grouped("company_id").items():
            vals_list = [touch._convert_to_write({name: touch[name] for name in VISIT_VALUES}) for touch in touches]
            given = [dict(vals) for vals in vals_list]
            recognitions = self._complete_values(vals_list, company)
            touches._write_found(given, vals_list)
            decisions += [
                recognition.prepare_decision(touch.lead_id.id)
                for touch, recognition in zip(touches, recognitions, strict=True)
                if recognition
            ]
        return decisions

    def _write_found(self, given, completed):
        """Write what was found, with one ``write`` per set of values.

        :param list[dict] given: values of each touch as it was
        :param list[dict] completed: and as it is to be
        """
        by_values = {}
        for touch, before, after in zip(self, given, completed, strict=True):
            found = frozenset((name, value) for name, value in after.items() if value != before.get(name))
            if found:
                by_values.setdefault(found, []).append(touch.id)
        for values, ids in by_values.items():
            self.browse(ids).with_prefetch(self._ids).write(dict(values))

    @api.model
    def _complete_values(self, vals_list, company):
        """Complete the values of touches in place; in a bounded number of queries, whatever their number.

        Before they are stored it costs an insertion less than :meth:`_complete` a ``write``.

        :param list[dict] vals_list: values by ``VISIT_VALUES``, names of a touch's fields
        :param company: whose channel rules count
        :return: for each touch how its channel was recognised, None where it was given
        :rtype: list[Recognition | None]
        """
        utm = self._make_utm_finder()
        for vals in vals_list:
            if vals.get("landing_url"):
                self._complete_from_url(vals, utm)
        self._complete_keywords([vals for vals in vals_list if vals.get("term") and not vals.get("keyword_id")])
        return self._complete_channels(vals_list, company)

    def _complete_from_url(self, vals, utm):
        found = self._values_from_url(vals["landing_url"])
        for name in ("source", "medium", "campaign"):
            text = found.pop(name, None)
            if text and not vals.get(f"{name}_id"):
                found[f"{name}_id"] = utm(f"utm.{name}", text)
        if vals.get("click_id"):
            # Kind and identifier belong together.
            found.pop("click_id", None)
            found.pop("click_id_kind", None)
        vals.update({name: value for name, value in found.items() if not vals.get(name)})

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

    def _complete_keywords(self, vals_list):
        names = ("term", "match_type", "campaign_id", "ad_group", "source_id")
        keywords = self.env["leadya.keyword"]._find_or_create(
            [{name: vals.get(name) for name in names} for vals in vals_list]
        )
        for vals, keyword in zip(vals_list, keywords, strict=True):
            vals["keyword_id"] = keyword.id

    def _complete_channels(self, vals_list, company):
        mediums, sources = (self._get_names(name, vals_list) for name in ("medium_id", "source_id"))
        found = iter(
            self.env["leadya.channel"]._recognise(
                [
                    {
                        "click_id_kind": vals.get("click_id_kind"),
                        "medium": mediums.get(vals.get("medium_id")),
                        "source": sources.get(vals.get("source_id")),
                        "referrer": vals.get("referrer_url"),
                        "landing_url": vals.get("landing_url"),
                    }
                    for vals in vals_list
                    if not vals.get("channel_id")
                ],
                company,
            )
        )
        recognitions = [None if vals.get("channel_id") else next(found) for vals in vals_list]
        for vals, recognition in zip(vals_list, recognitions, strict=True):
            if recognition:
                vals["channel_id"] = recognition.channel.id
        return recognitions

    def _get_names(self, field_name, vals_list):
        ids = {vals[field_name] for vals in vals_list if vals.get(field_name)}
        records = self.env[self._fields[field_name].comodel_name].sudo().browse(ids)
        return {record.id: record.name for record in records}
