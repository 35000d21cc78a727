from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.columns import status_family
from .leadya_import_column import MAPPED_TARGETS

#: A column with more names than this holds no names of records; the map would help nobody.
VALUES_LIMIT = 500

#: Which stages, by the family of their names, a status of the file may stand for; best first. The pipelines in
#: mind are stock Odoo's and the recommended one, but any with telling names is served.
_STAGE_FAMILIES = {
    "new": ("new",),
    "attempted": ("attempted", "new"),
    "contacted": ("contacted", "progress", "new"),
    "progress": ("progress", "contacted", "qualified"),
    "qualified": ("qualified", "progress"),
    "proposal": ("proposal", "progress", "qualified"),
    "nurture": ("nurture", "progress", "contacted", "new"),
    "won": ("won",),
    "lost": ("new",),
    "unfit": ("new",),
}
_COUNTRY_ALIASES = {
    "usa": "US", "u.s.a.": "US", "u.s.": "US", "united states of america": "US", "america": "US", "сша": "US",
    'ארה"ב': "US", "uk": "GB", "u.k.": "GB", "great britain": "GB", "england": "GB", "scotland": "GB",
    "wales": "GB", "англия": "GB", "אנגליה": "GB", "uae": "AE", "russia": "RU", "россия": "RU", "рф": "RU",
    "רוסיה": "RU", "ישראל": "IL", "израиль": "IL", "south korea": "KR", "украина": "UA", "беларусь": "BY",
    "казахстан": "KZ", "германия": "DE", "גרמניה": "DE", "צרפת": "FR", "франция": "FR",
}  # fmt: skip


class LeadyaImportValue(models.Model):
    """A name in a file (a source, a status, an owner …) and the record that it stands for here."""

    _name = "leadya.import.value"
    _description = "Import Name"
    _order = "import_id, kind, count desc, id"
    _rec_name = "text"

    import_id = fields.Many2one("leadya.import", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="import_id.company_id")
    kind = fields.Selection(
        [
            ("source_id", "Source"),
            ("channel_id", "Channel"),
            ("stage_id", "Status"),
            ("user_id", "Salesperson"),
            ("team_id", "Sales Team"),
            ("country_id", "Country"),
        ],
        required=True,
        readonly=True,
    )
    text = fields.Char("In the File", required=True, readonly=True)
    count = fields.Integer("Rows", readonly=True)
    state = fields.Selection(
        [("found", "Found"), ("guessed", "Proposed"), ("chosen", "Chosen"), ("unknown", "Unknown")],
        default="unknown",
        required=True,
        readonly=True,
    )
    channel_id = fields.Many2one("leadya.channel", domain="[('company_id', 'in', [company_id, False])]")
    direction = fields.Selection(related="channel_id.direction")
    stage_id = fields.Many2one("crm.stage")
    outcome = fields.Selection(
        [("open", "Open"), ("lost", "Lost"), ("unfit", "Unfit, and lost")],
        default="open",
        required=True,
        help="Lost leads are archived; that a lead is unfit is its triage.",
    )
    lost_reason_id = fields.Many2one("crm.lost.reason", help="Empty: a reason with the status's own name is made.")
    user_id = fields.Many2one(
        "res.users", "Salesperson", domain="[('share', '=', False), ('company_ids', 'in', company_id)]"
    )
    team_id = fields.Many2one("crm.team", "Sales Team", domain="[('company_id', 'in', [company_id, False])]")
    country_id = fields.Many2one("res.country")

    _text_uniq = models.UniqueIndex("(import_id, kind, text)", "Each name of a file stands in its map once.")

    def write(self, vals):
        chosen = {
            "channel_id",
            "stage_id",
            "outcome",
            "user_id",
            "team_id",
            "country_id",
            "lost_reason_id",
        } & vals.keys()
        if chosen and not self.env.context.get("leadya_proposing"):
            self.import_id._check_not_started()
            vals = {**vals, "state": "chosen"}
            self.import_id._reset_test()
        return super().write(vals)

    def _get_record(self):
        """The record that the name stands for; empty when it is unknown. A status's outcome is apart."""
        self.ensure_one()
        return self[self._target_field()]

    def _target_field(self):
        return "channel_id" if self.kind == "source_id" else self.kind

    # ------------------------------------------------------------
    # PROPOSALS
    # ------------------------------------------------------------

    @api.model
    def _sync(self, record):
        """List the names that the mapped columns hold, and propose what each stands for.

        :param record: a leadya.import
        """
        record = record.with_env(self.env)
        for kind in MAPPED_TARGETS:
            counts = self._count_texts(record, record._get_column(kind))
            lines = record.value_ids.filtered(lambda line, kind=kind: line.kind == kind)
            lines.filtered(lambda line, counts=counts: line.text not in counts).unlink()
            kept = set(lines.exists().mapped("text"))
            new = [text for text in counts if text not in kept]
            proposals = {**self._propose(record, kind, new), **self._get_earlier(record, kind, new)}
            self.create(
                [
                    {
                        "import_id": record.id,
                        "kind": kind,
                        "text": text,
                        "count": counts[text],
                        **proposals.get(text, {}),
                    }
                    for text in new
                ]
            )
            for line in lines.exists():
                line.count = counts[line.text]

    def _count_texts(self, record, column):
        """Names in a column with the number of their rows, the commonest first.

        :rtype: dict[str, int]
        """
        if not column:
            return {}
        # The same cleaning as RowReader's: spaces made single, 250 characters.
        rows = self.env.execute_query(
            SQL(
                r"""
                SELECT left(regexp_replace(values->>%(position)s, '\s+', ' ', 'g'), 250) AS text, COUNT(*)
                  FROM leadya_import_row
                 WHERE import_id = %(import_id)s AND values->>%(position)s != ''
                 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(limit)s
                """,
                position=column.position,
                import_id=record.id,
                limit=VALUES_LIMIT,
            )
        )
        return dict(rows)

    def _get_earlier(self, record, kind, texts):
        """What somebody chose for the same names in the import whose map is taken over."""
        lines = record.origin_id.value_ids.filtered(
            lambda line: line.kind == kind and line.state == "chosen" and line.text in texts
        )
        names = ("channel_id", "stage_id", "outcome", "lost_reason_id", "user_id", "team_id", "country_id")
        return {
            line.text: {**line._convert_to_write({name: line[name] for name in names}), "state": "chosen"}
            for line in lines
        }

    def _propose(self, record, kind, texts):
        """Proposals for names of one kind, made for all of them at once.

        :rtype: dict[str, dict]
        """
        return getattr(self, f"_propose_{kind}")(record, texts) if texts else {}

    def _propose_source_id(self, record, texts):
        found = self.env["leadya.channel"]._recognise([{"source": text} for text in texts], record.company_id)
        return {
            text: {"channel_id": recognition.channel.id, "state": "found"}
            for text, recognition in zip(texts, found, strict=True)
            if recognition.channel
        }

    def _propose_channel_id(self, record, texts):
        channels = self.env["leadya.channel"].search([("company_id", "in", [False, record.company_id.id])])
        proposals = self._propose_source_id(record, texts)
        return {**proposals, **self._match("channel_id", texts, self._index(channels, "name"))}

    def _propose_team_id(self, record, texts):
        teams = self.env["crm.team"].search([("company_id", "in", [False, record.company_id.id])])
        return self._match("team_id", texts, self._index(teams, "name"))

    def _propose_user_id(self, record, texts):
        users = self.env["res.users"].search_fetch(
            [("share", "=", False), ("company_ids", "in", record.company_id.ids)], ["name", "login", "email"]
        )
        index = self._index(users, "name", "login", "email")
        # Two people of one name: nobody can tell which, so it is left to be chosen.
        names = [user.name.strip().casefold() for user in users]
        unique = {name: user for name, user in index.items() if names.count(name) < 2}
        return self._match("user_id", texts, unique)

    def _propose_country_id(self, record, texts):
        Country = self.env["res.country"]
        index = {}
        for lang in {"en_US", self.env.user.lang or "en_US", *self.env["res.lang"].search([]).mapped("code")}:
            index.update(self._index(Country.with_context(lang=lang).search([]), "name", "code"))
        by_code = {country.code: country for country in Country.search([])}
        index.update({alias: by_code[code] for alias, code in _COUNTRY_ALIASES.items() if code in by_code})
        return self._match("country_id", texts, index)

    def _propose_stage_id(self, record, texts):
        stages = self.env["crm.stage"].search([("team_ids", "in", [False, *record.team_id.ids])])
        if not stages:
            stages = self.env["crm.stage"].search([])
        by_name = self._index(stages, "name")
        by_family = {}
        for stage in stages:
            family = "won" if stage.is_won else status_family(stage.name)
            by_family.setdefault(family, stage)
        return {text: self._propose_stage(text, stages, by_name, by_family) for text in texts}

    def _propose_stage(self, text, stages, by_name, by_family):
        """The stage of the same name, else one of the same meaning, else the first, which the user is told of."""
        family = status_family(text)
        outcome = family if family in ("lost", "unfit") else "open"
        reason = self.env["crm.lost.reason"].search([("name", "=ilike", text)], limit=1) if outcome != "open" else None
        same = by_name.get(text.strip().casefold())
        if same and outcome == "open":
            return {"stage_id": same.id, "state": "found"}
        alike = next((by_family[name] for name in _STAGE_FAMILIES.get(family, ()) if name in by_family), None)
        first = stages.filtered(lambda stage: not stage.is_won)[:1]
        return {
            "stage_id": (alike or first).id,
            "outcome": outcome,
            "lost_reason_id": reason.id if reason else False,
            "state": "guessed" if family and (alike or outcome != "open") else "unknown",
        }

    def _index(self, records, *names):
        """Records by their names as they are compared; the first of several with one name wins."""
        index = {}
        for record in records:
            for name in names:
                if record[name]:
                    index.setdefault(record[name].strip().casefold(), record)
        return index

    def _match(self, field_name, texts, index):
        matches = {text: index.get(text.strip().casefold()) for text in texts}
        return {text: {field_name: found.id, "state": "found"} for text, found in matches.items() if found}
