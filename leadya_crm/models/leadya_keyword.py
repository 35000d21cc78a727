from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.keywords import normalize_keyword, split_match_type

MATCH_TYPES = [("exact", "Exact"), ("phrase", "Phrase"), ("broad", "Broad")]


class LeadyaKeyword(models.Model):
    """A search keyword under which the site is advertised or found.

    The same words in another match type, campaign, ad group or source are another
    keyword: each has its own cost and its own verdict.
    """

    _name = "leadya.keyword"
    _description = "Search Keyword"
    _inherit = ["leadya.lead.count.mixin"]
    _lead_field = "keyword_id"
    _order = "name, id"
    _rec_names_search = ["name", "normalized_name"]

    name = fields.Char(required=True, index="trigram")
    normalized_name = fields.Char(
        compute="_compute_normalized_name",
        store=True,
        precompute=True,
        help="The keyword without differences of case, width, spaces and invisible marks.",
    )
    match_type = fields.Selection(MATCH_TYPES)
    campaign_id = fields.Many2one("utm.campaign", index="btree_not_null", ondelete="set null")
    ad_group = fields.Char()
    source_id = fields.Many2one("utm.source", index="btree_not_null", ondelete="set null")
    active = fields.Boolean(default=True)

    _name_not_blank = models.Constraint(
        "CHECK(normalized_name <> '')", "A keyword needs at least one visible character."
    )
    _identity = models.UniqueIndex(
        "(normalized_name, COALESCE(match_type, ''), COALESCE(campaign_id, 0),"
        " COALESCE(ad_group, ''), COALESCE(source_id, 0))",
        "This keyword exists already for the same match type, campaign, ad group and source.",
    )

    @api.depends("name")
    def _compute_normalized_name(self):
        for keyword in self:
            keyword.normalized_name = normalize_keyword(keyword.name)

    @api.depends("name", "match_type")
    def _compute_display_name(self):
        """Google's own notation: [exact], "phrase", broad."""
        notation = {"exact": "[%s]", "phrase": '"%s"'}
        for keyword in self:
            keyword.display_name = notation.get(keyword.match_type, "%s") % (keyword.name or "")

    @api.model
    def _find_or_create(self, terms):
        """The keyword of each term, made where it is new, in a bounded number of queries.

        Two workers may meet the same new keyword at once: the insertion leaves to the
        database which of them is first, and the other finds the winner's row.

        :param list[dict] terms: ``term`` (as it came, with or without Google's notation),
            and optionally ``match_type``, ``campaign_id``, ``ad_group``, ``source_id``
        :return: a keyword per term, in the same order; empty where the term is blank
        """
        identities = [self._identity_of(term) for term in terms]
        names = {}
        for identity, term in zip(identities, terms, strict=True):
            if identity:
                names.setdefault(identity, term["term"].strip())
        if not names:
            return [self.browse()] * len(terms)
        known = self._resolve_identities(names)
        return [self.browse(known.get(identity)) for identity in identities]

    @api.model
    def _resolve_identities(self, names):
        """Ids of keywords by their identity; those that are new are made.

        :param dict names: for each identity, see :meth:`_identity_of`, the words as they are written
        :return: without what another transaction has just made, and this one can't see yet
        :rtype: dict[tuple, int]
        """
        known = self._search_identities(names)
        missing = [identity for identity in names if identity not in known]
        if missing:
            self._insert_identities({identity: names[identity] for identity in missing})
            made = self._search_identities(missing)
            self.sudo().browse(made.values())._brand_recognise()
            known |= made
        return known

    @api.model
    def _identity_of(self, term):
        words, notation = split_match_type(term.get("term"))
        normalized = normalize_keyword(words)
        if not normalized:
            return None
        return (
            normalized,
            term.get("match_type") or notation or "",
            term.get("campaign_id") or 0,
            (term.get("ad_group") or "").strip(),
            term.get("source_id") or 0,
        )

    def _search_identities(self, identities):
        """Ids of the keywords that are there; by SQL, for reports bring tens of thousands at once."""
        self.flush_model(["normalized_name", "match_type", "campaign_id", "ad_group", "source_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT normalized_name, COALESCE(match_type, ''), COALESCE(campaign_id, 0), COALESCE(ad_group, ''),
                       COALESCE(source_id, 0), id
                  FROM leadya_keyword
                 WHERE normalized_name = ANY(%s)
                """,
                list({identity[0] for identity in identities}),
            )
        )
        found = {row[:5]: row[5] for row in rows}
        return {identity: found[identity] for identity in identities if identity in found}

    def _insert_identities(self, names):
        rows = SQL(", ").join(
            SQL(
                "(%s, %s, NULLIF(%s, ''), NULLIF(%s, 0), NULLIF(%s, ''), NULLIF(%s, 0), TRUE, %s, %s, %s, %s)",
                split_match_type(name)[0][:255],
                *identity,
                self.env.uid,
                self.env.uid,
                self.env.cr.now(),
                self.env.cr.now(),
            )
            for identity, name in names.items()
        )
        # The ORM cannot say ON CONFLICT; see the docstring of _find_or_create.
        self.env.cr.execute(
            SQL(
                """INSERT INTO leadya_keyword (name, normalized_name, match_type, campaign_id, ad_group, source_id,
                                               active, create_uid, write_uid, create_date, write_date)
                   VALUES %s ON CONFLICT DO NOTHING""",
                rows,
            )
        )
        self.invalidate_model()
