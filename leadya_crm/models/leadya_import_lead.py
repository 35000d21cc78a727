"""The values of the lead that a row makes, with the names in it turned into records."""

from markupsafe import Markup

from odoo import fields
from odoo.fields import Command
from odoo.tools.sql import escape_psql

from odoo.addons.phone_validation.tools import phone_validation

from ..tools.lead_rows import Column, RowReader
from .crm_lead_attribution import VISIT_FIELDS
from .leadya_import_column import MAPPED_TARGETS


class LeadPreparer:
    """Makes the values of leads of rows, and looks up each distinct name of a file once.

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
        self.lines = {(line.kind, line.text): line for line in record.value_ids}
        self._records = {}

    def prepare(self, read):
        """The values of the lead that a row would make.

        :param LeadRow read: the row; remarks and notes on names that are not known are added to it
        :rtype: dict
        """
        vals = {
            "company_id": self.record.company_id.id,
            # Without it the lead would be the importing user's own.
            "user_id": False,
            **{name: value for name, value in read.values.items() if name not in ("create_date", "description")},
        }
        # The country first: states and phone numbers are read by it.
        for target, text in sorted(read.names.items(), key=lambda item: item[0] != "country_id"):
            self._put_name(vals, read, target, text)
        self._put_team(vals)
        self._put_stage(vals)
        vals["name"] = read.values.get("name") or self._make_title(read)
        vals["description"] = self._make_description(read)
        self._put_touch(vals, read)
        return vals

    def _put_name(self, vals, read, target, text):
        if target == "stage_id":
            self._put_status(vals, text)
        elif target == "tag_ids":
            ids = [self._find("crm.tag", part.strip()) for part in text.replace(";", ",").split(",") if part.strip()]
            vals["tag_ids"] = [Command.set(sorted(set(filter(None, ids))))]
        elif target in ("source_id", "medium_id", "campaign_id"):
            vals[target] = self._find(f"utm.{target.removesuffix('_id')}", text)
            line = self.lines.get((target, text))
            if line and line.state == "chosen" and line.channel_id:
                vals.setdefault("channel_id", line.channel_id.id)
        else:
            record_id = self._find_known(target, text, vals)
            if record_id:
                vals[target] = record_id
            else:
                header = self.headers[target]
                read.notes.append((header, text))
                read.remarks.append(("unknown_name", {"column": header, "value": text[:80]}))

    def _find_known(self, target, text, vals):
        """The id of a record that is never made by an import; None when there is none of that name."""
        if target in MAPPED_TARGETS:
            line = self.lines.get((target, text))
            return line and line._get_record().id
        if target == "state_id":
            return self._find_state(text, vals.get("country_id"))
        return self._find_lang(text)

    def _put_status(self, vals, text):
        line = self.lines.get(("stage_id", text))
        if not line:
            return
        if line.stage_id:
            vals["stage_id"] = line.stage_id.id
        if line.outcome != "open":
            vals.update(active=False, probability=0, lost_reason_id=self._find_lost_reason(line))
        elif line.stage_id.is_won:
            vals["probability"] = 100
        if line.outcome == "unfit":
            vals["triage_state"] = "unfit"

    def _put_team(self, vals):
        """The team that the ORM would look up for each lead, looked up once for each owner."""
        user_id = vals["user_id"]
        if vals.get("team_id") or not (user_id or self.record.team_id):
            return
        key = ("team", user_id)
        if key not in self._records:
            team = self.record.team_id
            if not team:
                flag = "use_leads" if self.env.user.has_group("crm.group_use_lead") else "use_opportunities"
                team = self.env["crm.team"]._get_default_team_id(user_id=user_id, domain=[(flag, "=", True)])
            self._records[key] = team.id
        vals["team_id"] = self._records[key]

    def _put_stage(self, vals):
        """The first stage of the team, looked up once for each team."""
        if vals.get("stage_id"):
            return
        key = ("first_stage", vals.get("team_id"))
        if key not in self._records:
            self._records[key] = self.env["crm.lead"]._stage_find(team_id=key[1], domain=[("fold", "=", False)]).id
        vals["stage_id"] = self._records[key]

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

    def _put_touch(self, vals, read):
        """What the row says of a visit, dated when the lead came in and not when it was imported."""
        touch = {VISIT_FIELDS[name]: vals[name] for name in VISIT_FIELDS if vals.get(name)}
        if touch and not self.dry:
            touched_at = read.values.get("create_date") or self.reader.now
            vals["touch_ids"] = [Command.create({**touch, "touched_at": touched_at, "origin": "import"})]

    def sanitize_phone(self, vals):
        phone = vals.get("phone")
        country = self.env["res.country"].browse(vals.get("country_id")) or self.record.company_id.country_id
        if not phone:
            return ""
        sanitized = phone_validation.phone_format(
            phone, country.code, country.phone_code, force_format="E164", raise_exception=False
        )
        return sanitized if sanitized.startswith("+") and sanitized[1:].isdigit() else ""

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
                values = {"is_auto_campaign": True} if "is_auto_campaign" in Model._fields else {}
                found = Model.create({"name": name, **values})
            self._records[key] = found.id
        return self._records[key]

    def _find_lost_reason(self, line):
        return line.lost_reason_id.id or self._find("crm.lost.reason", line.text)

    def _find_state(self, text, country_id):
        key = ("state", text.casefold(), country_id)
        if key not in self._records:
            domain = ["|", ("name", "=ilike", escape_psql(text)), ("code", "=ilike", escape_psql(text))]
            country = country_id or self.record.company_id.country_id.id
            domain.append(("country_id", "=?", country))
            self._records[key] = self.env["res.country.state"].search(domain, limit=1).id
        return self._records[key]

    def _find_lang(self, text):
        if "langs" not in self._records:
            langs = self.env["res.lang"].search([])
            index = {}
            for lang in langs:
                for name in (lang.name, lang.name.split(" ")[0], lang.code, lang.iso_code, lang.code[:2]):
                    index.setdefault(name.casefold(), lang.id)
            self._records["langs"] = index
        return self._records["langs"].get(text.casefold())
