"""What a name in a file probably stands for: proposals of records, by name and by meaning."""

from odoo import models

from ..tools.statuses import status_family

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
    _inherit = "leadya.import.value"

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
