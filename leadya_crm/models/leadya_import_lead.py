"""The values of the lead that a row makes, with the names in it turned into records.

What the ORM would look up lead by lead (team, first stage, records by name) is looked up once for each distinct
value of a file: it is what makes Odoo's own import slow.
"""

from markupsafe import Markup

from odoo import fields
from odoo.fields import Command
from odoo.tools.sql import escape_psql

from ..tools.lead_rows import Column, RowReader
from .crm_lead_attribution import VISIT_FIELDS
from .leadya_import_column_mixin import MAPPED_TARGETS
from .leadya_import_value import CHOSEN

UTM_TARGETS = ("source_id", "medium_id", "campaign_id")


class LeadPreparer:
    """Makes the values of leads of rows.

    :param record: a leadya.import, with the environment of the importing user
    :param bool dry: nothing may be created
    """

    def __init__(self, record, dry=False):
        self.record = record
        self.env = record.env
        self.dry = dry
        columns = [
            Column(column.position, column.header, column.target, column.date_order) for column in record.column_ids
        ]
        self.reader = RowReader(columns, record._get_zone(), fields.Datetime.now(), record.ref_prefix or "")
        self.headers = {column.target: column.header for column in columns}
        self._lines = {(line.kind, line.text): line for line in record.value_ids}
        self._country = record.company_id.country_id
        self._find_utm = self.env["leadya.touch"]._make_utm_finder()
        self._records = {}

    def prepare(self, read, number):
        """The values of the lead that a row would make, but for its visit.

        :param LeadRow read: the row; remarks and notes on names that are not known are added to it
        :param int number: of the row, as the spreadsheet program shows it
        :rtype: dict
        """
        vals = {
            "company_id": self.record.company_id.id,
            # Without it the lead would be the importing user's own.
            "user_id": False,
            "import_origin": self.env._("%(file)s, row %(number)s", file=self.record.name, number=number),
            **{name: value for name, value in read.values.items() if name not in ("create_date", "description")},
        }
        # The country first: states and phone numbers are read by it.
        for target, text in sorted(read.names.items(), key=lambda item: item[0] != "country_id"):
            self._put_name(vals, read, target, text)
        self._put_team(vals)
        self._put_stage(vals)
        self._put_times(vals, read)
        vals["name"] = read.values.get("name") or self._make_title(read)
        vals["description"] = self._make_description(read)
        return vals

    def sanitize_phone(self, vals):
        """The number in the one form by which it is compared, empty where it is none."""
        if not vals.get("phone"):
            return ""
        country = self.env["res.country"].browse(vals.get("country_id")) or self._country
        return self.env["crm.lead"]._phone_format(number=vals["phone"], country=country) or ""

    # ------------------------------------------------------------
    # VALUES
    # ------------------------------------------------------------

    def _put_name(self, vals, read, target, text):
        found = self._find_values(target, text, vals)
        if found is None:
            header = self.headers[target]
            read.notes.append((header, text))
            read.remarks.append(("unknown_name", {"column": header, "value": text[:80]}))
        else:
            vals.update(found)

    def _find_values(self, target, text, vals):
        """What a name in a column says of the lead, None where nothing is known by it; looked up once."""
        key = (target, text, vals.get("country_id") if target == "state_id" else None)
        if key not in self._records:
            self._records[key] = self._look_up(target, text, vals)
        return self._records[key]

    def _look_up(self, target, text, vals):
        line = self._lines.get((target, text))
        if target == "stage_id":
            return self._get_status(line)
        if target == "tag_ids":
            ids = [self._find("crm.tag", part.strip()) for part in text.replace(";", ",").split(",") if part.strip()]
            return {"tag_ids": [Command.set(sorted(set(filter(None, ids))))]}
        if target in UTM_TARGETS:
            values = {target: self._find_campaign_data(f"utm.{target.removesuffix('_id')}", text)}
            if line and line.state in CHOSEN and line.channel_id:
                values["channel_id"] = line.channel_id.id
            return values
        if target in MAPPED_TARGETS:
            record_id = line and line._get_record().id
        elif target == "state_id":
            record_id = self._find_state(text, vals.get("country_id"))
        else:
            record_id = self._find_lang(text)
        return {target: record_id} if record_id else None

    def _get_status(self, line):
        values = {}
        if not line:
            return values
        if line.stage_id:
            values["stage_id"] = line.stage_id.id
        if line.outcome != "open":
            values.update(active=False, probability=0, lost_reason_id=self._find_lost_reason(line))
        elif line.stage_id.is_won:
            values["probability"] = 100
        if line.outcome == "unfit":
            values["triage_state"] = "unfit"
        return values

    def _put_team(self, vals):
        """The team that the ORM would look up for each lead, and what it computes from it, once for each owner."""
        key = ("team", vals["user_id"], vals.get("team_id"))
        if key not in self._records:
            team_id = vals.get("team_id") or self._get_default_team(vals["user_id"]).id
            blank = self.env["crm.lead"].new({"team_id": team_id})
            self._records[key] = {
                "team_id": team_id,
                "qualification_model": blank.qualification_model,
                # Filled by the ORM with the team's own defaults.
                "lead_properties": {},
            }
        vals.update(self._records[key])

    def _get_default_team(self, user_id):
        team = self.record.team_id
        if user_id and not team:
            flag = "use_leads" if self.env.user.has_group("crm.group_use_lead") else "use_opportunities"
            team = self.env["crm.team"]._get_default_team_id(user_id=user_id, domain=[(flag, "=", True)])
        return team

    def _put_stage(self, vals):
        """The first stage of the team, looked up once for each team."""
        if vals.get("stage_id"):
            return
        key = ("first_stage", vals.get("team_id"))
        if key not in self._records:
            self._records[key] = self.env["crm.lead"]._stage_find(team_id=key[1], domain=[("fold", "=", False)]).id
        vals["stage_id"] = self._records[key]

    def _put_times(self, vals, read):
        """An old lead's creation is the one time that is known of it.

        If it counted as assigned, moved or closed today, it would falsify this month's figures. A lead that is
        treated as new came in now; when the file says that it did is kept in the notes.
        """
        moment = read.values.get("create_date")
        if not moment:
            return
        if self.record.as_new:
            read.notes.append((self.headers["create_date"], fields.Datetime.to_string(moment)))
            return
        vals.update(create_date=moment, date_last_stage_update=moment)
        if vals["user_id"]:
            vals["date_open"] = moment
        if "probability" in vals:
            vals["date_closed"] = moment

    def _make_title(self, read):
        """A title where the file has none: company and person, else source and identifier."""
        values = read.values
        parts = [values.get("partner_name"), values.get("contact_name")]
        if not any(parts):
            parts = [values.get("email_from") or values.get("phone")]
        if not any(parts):
            parts = [read.names.get("source_id") or read.names.get("channel_id"), values.get("external_ref")]
        return ", ".join(part for part in parts if part)

    def _make_description(self, read):
        text = read.values.get("description")
        own = Markup("<p>%s</p>") % Markup("<br/>").join(text.split("\n")) if text else Markup("")
        return (own + self.record._escape_notes(read.notes)) or False

    # ------------------------------------------------------------
    # VISITS
    # ------------------------------------------------------------

    def prepare_visits(self, plans):
        """Say which visit led to each lead, with channel and keyword, in a few queries for all of them.

        What the corridor's first step would find afterwards is found before the leads are stored: there it would
        cost a ``write`` for each.

        :param plans: their visit, and what their values tell of it, are filled
        """
        visits = []
        for plan in plans:
            visit = {VISIT_FIELDS[name]: plan.vals[name] for name in VISIT_FIELDS if plan.vals.get(name)}
            if visit:
                plan.visit = visit
                visits.append(plan)
        Touch = self.env["leadya.touch"].sudo()
        recognitions = Touch._complete_values([plan.visit for plan in visits], self.record.company_id)
        for plan, recognition in zip(visits, recognitions, strict=True):
            plan.recognition = recognition
            plan.vals.update(self._get_visit_values(plan.visit))
            # Dated when the lead came in, not when it was imported.
            touched_at = plan.vals.get("create_date") or self.reader.now
            plan.visit.update(origin="import", touched_at=touched_at, company_id=self.record.company_id.id)

    def _get_visit_values(self, visit):
        """The lead's own fields that show its visit."""
        values = {name: visit.get(VISIT_FIELDS[name]) for name in VISIT_FIELDS}
        channel = self.env["leadya.channel"].browse(visit.get("channel_id"))
        values.update(keyword_id=visit.get("keyword_id"), source_direction=channel.direction)
        return {name: value for name, value in values.items() if value}

    # ------------------------------------------------------------
    # NAMES
    # ------------------------------------------------------------

    def _find(self, model, name):
        """The id of a record by its name, made when there is none; once for each name of a file."""
        key = (model, name.casefold())
        if key not in self._records:
            Model = self.env[model]
            found = Model.with_context(active_test=False).search([("name", "=ilike", escape_psql(name))], limit=1)
            if not found and not self.dry:
                found = Model.create({"name": name})
            self._records[key] = found.id
        return self._records[key]

    def _find_campaign_data(self, model, name):
        """The id of a source, medium or campaign; another transaction may make the same one meanwhile."""
        return self.env["leadya.touch"]._search_utm(model, name) if self.dry else self._find_utm(model, name)

    def _find_lost_reason(self, line):
        return line.lost_reason_id.id or self._find("crm.lost.reason", line.text)

    def _find_state(self, text, country_id):
        domain = ["|", ("name", "=ilike", escape_psql(text)), ("code", "=ilike", escape_psql(text))]
        country = country_id or self._country.id
        domain.append(("country_id", "=?", country))
        return self.env["res.country.state"].search(domain, limit=1).id

    def _find_lang(self, text):
        if "langs" not in self._records:
            langs = self.env["res.lang"].search([])
            index = {}
            for lang in langs:
                for name in (lang.name, lang.name.split(" ")[0], lang.code, lang.iso_code, lang.code[:2]):
                    index.setdefault(name.casefold(), lang.id)
            self._records["langs"] = index
        return self._records["langs"].get(text.casefold())
