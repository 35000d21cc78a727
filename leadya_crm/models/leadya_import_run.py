"""The work of an import: what becomes of each row, and the background job that does it.

How it works: rows are taken in batches. `ImportSession` says what is to become of each (a new lead, a lead to be
completed, one that is there already, none), asking the database once for a whole batch and once for each distinct
name. The dry run stops there. The run carries the plans out and, in the same transaction, marks the rows as done.
"""

import json
import logging
from dataclasses import dataclass, field

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, email_normalize
from odoo.tools.sql import escape_psql

from odoo.addons.phone_validation.tools import phone_validation

from ..tools.lead_rows import Column, LeadRow, RowReader
from .crm_lead_attribution import VISIT_FIELDS
from .leadya_import_column import MAPPED_TARGETS

_logger = logging.getLogger(__name__)

#: Rows of one transaction: large enough that queries per batch vanish among those per lead, small enough that
#: "Stop" and the progress bar answer within seconds, and that other users' writes are not kept waiting.
BATCH_SIZE = 500
#: How often a batch is tried again when other transactions are in its way.
CONCURRENCY_RETRIES = 5
CONCURRENCY_ERRORS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)

#: Texts of the lead that a joining row may fill where they are empty.
COMPLETED_FIELDS = (
    "contact_name",
    "partner_name",
    "function",
    "email_from",
    "phone",
    "website",
    "street",
    "street2",
    "city",
    "zip",
    "country_id",
    "state_id",
    "external_ref",
)


@dataclass(eq=False)
class Plan:
    """What is to become of one row."""

    row: models.BaseModel
    read: LeadRow
    vals: dict = field(default_factory=dict)
    state: str = "created"
    code: str = ""
    params: dict = field(default_factory=dict)
    lead_id: int = 0
    stage_id: int = 0
    email: str = ""
    phone: str = ""
    #: An earlier row of the same batch that is the same lead.
    twin: "Plan | None" = None

    def reject(self, code, **params):
        self.state, self.code, self.params = "rejected", code, params


class ImportSession:
    """What an import knows while it works: the reader of its rows and the records behind its names.

    :param record: a leadya.import, with the environment of the importing user
    :param bool dry: nothing may be created; rows of earlier batches are remembered instead
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
        self._seen = {}

    # ------------------------------------------------------------
    # PLANNING
    # ------------------------------------------------------------

    def plan(self, rows):
        """Say what is to become of each row.

        :param rows: leadya.import.row, in the order of the file
        :rtype: list[Plan]
        """
        if not self.dry:
            self._seen = {}
        plans = [self._plan_row(row) for row in rows]
        self._plan_known([plan for plan in plans if plan.state == "created"])
        self._plan_joined([plan for plan in plans if plan.state == "created"])
        return plans

    def _plan_row(self, row):
        plan = Plan(row, self.reader.parse(row.values or [], row.cut or ()))
        if not plan.read.is_lead:
            plan.reject("not_a_lead")
            return plan
        self._fill_vals(plan)
        plan.email = email_normalize(plan.vals.get("email_from"), strict=False) or ""
        plan.phone = self._sanitize_phone(plan.vals)
        return plan

    def _plan_known(self, plans):
        """Find the rows whose lead is there: by identifier, else by the whole content."""
        by_ref = self._search_by_ref({plan.vals.get("external_ref") for plan in plans} - {None})
        by_digest = self._search_by_digest({plan.row.digest for plan in plans} - {False})
        for plan in plans:
            ref = plan.vals.get("external_ref")
            lead = by_ref.get(ref) if ref else None
            if lead and not by_digest.get(plan.row.digest) and self._is_other_lead(plan, lead):
                plan.reject("other_lead", ref=ref, lead=lead.display_name)
            elif lead or by_digest.get(plan.row.digest):
                plan.state = "known"
                plan.lead_id = lead.id if lead else by_digest[plan.row.digest]
            else:
                self._plan_twin(plan, ref)

    def _plan_twin(self, plan, ref):
        """A row that repeats an earlier one of the file: its identifier, or all of its content."""
        for key in filter(None, [ref and ("ref", ref), ("digest", plan.row.digest)]):
            twin = self._seen.setdefault(key, plan)
            if twin is plan:
                continue
            if ref and self._differs(
                plan.email, twin.email, plan.phone, twin.phone, self._names_of(plan), self._names_of(twin)
            ):
                plan.reject("other_lead", ref=ref, lead=twin.vals["name"])
            else:
                plan.state, plan.twin = "known", twin
            return

    def _search_by_ref(self, refs):
        """Leads by identifier, lost ones among them. With all rights: a lead that one may not see is there too."""
        if not refs:
            return {}
        leads_sudo = (
            self.env["crm.lead"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch(
                [("external_ref", "in", list(refs)), ("company_id", "in", [False, self.record.company_id.id])],
                [
                    "external_ref",
                    "email_normalized",
                    "phone_sanitized",
                    "phone",
                    "contact_name",
                    "partner_name",
                    "name",
                ],
                order="id desc",
            )
        )
        return {lead.external_ref: lead for lead in leads_sudo}

    def _search_by_digest(self, digests):
        """Ids of leads by the content of the rows that made them."""
        if not digests:
            return {}
        rows_sudo = (
            self.env["leadya.import.row"]
            .sudo()
            .search_fetch(
                [
                    ("digest", "in", list(digests)),
                    ("lead_id", "!=", False),
                    ("import_id.company_id", "=", self.record.company_id.id),
                ],
                ["digest", "lead_id"],
            )
        )
        return {row.digest: row.lead_id.id for row in rows_sudo}

    def _is_other_lead(self, plan, lead):
        """Whether an identifier stands for somebody else here: two systems may use the same numbers."""
        return self._differs(
            plan.email,
            lead.email_normalized or "",
            plan.phone,
            lead.phone_sanitized or lead.phone or "",
            self._names_of(plan),
            {name.casefold() for name in (lead.contact_name, lead.partner_name) if name},
        )

    @staticmethod
    def _names_of(plan):
        return {plan.vals[name].casefold() for name in ("contact_name", "partner_name") if plan.vals.get(name)}

    @staticmethod
    def _differs(email, other_email, phone, other_phone, names, other_names):
        """Nothing that both have agrees, and at least two things can be compared."""
        agreements = []
        if email and other_email:
            agreements.append(email == other_email)
        if phone and other_phone:
            # The end of the number, without what only some write: country and area.
            agreements.append(_digits(phone)[-7:] == _digits(other_phone)[-7:])
        if names and other_names:
            agreements.append(bool(names & other_names))
        return len(agreements) >= 2 and not any(agreements)

    def _plan_joined(self, plans):
        """Find the rows whose person has an open lead already, from elsewhere than this file.

        Two rows of one file are never made one: people of one company share a number, and one mailbox serves
        several. The corridor marks them for a person to judge.
        """
        if self.record.duplicate_mode != "join":
            return
        company_id = self.record.company_id.id
        found = self.env["crm.lead"]._leadya_find_duplicates(
            [
                {"email_normalized": plan.email, "phone_sanitized": plan.phone, "company_id": company_id}
                for plan in plans
            ]
        )
        candidates = self.env["crm.lead"].browse({lead.id for lead in found if lead})
        own = (
            self.env["leadya.import.row"]
            .sudo()
            .search([("import_id", "=", self.record.id), ("lead_id", "in", candidates.ids), ("state", "=", "created")])
        )
        allowed = candidates._filtered_access("write") - own.lead_id
        refs = {lead.id: lead.external_ref for lead in allowed.sudo()}
        for plan, lead in zip(plans, found, strict=True):
            if lead.id in refs and self._may_join(plan, lead.sudo(), refs[lead.id]):
                plan.state, plan.lead_id = "joined", lead.id
                refs[lead.id] = refs[lead.id] or plan.vals.get("external_ref")

    def _may_join(self, plan, lead_sudo, ref):
        own_ref = plan.vals.get("external_ref")
        if own_ref and ref and own_ref != ref:
            return False
        # The same phone alone, and another mailbox: a colleague.
        return not (plan.email and lead_sudo.email_normalized and plan.email != lead_sudo.email_normalized)

    # ------------------------------------------------------------
    # VALUES
    # ------------------------------------------------------------

    def _fill_vals(self, plan):
        """The values of the lead that the row would make."""
        read, record = plan.read, self.record
        plan.vals = {
            "company_id": record.company_id.id,
            # Without it the lead would be the importing user's own.
            "user_id": False,
            **{name: value for name, value in read.values.items() if name not in ("create_date", "description")},
        }
        # The country first: states and phone numbers are read by it.
        for target, text in sorted(read.names.items(), key=lambda item: item[0] != "country_id"):
            self._put_name(plan, target, text)
        self._put_team(plan)
        self._put_stage(plan)
        plan.vals["name"] = read.values.get("name") or self._make_title(read)
        plan.vals["description"] = self._make_description(read)
        self._put_touch(plan)

    def _put_name(self, plan, target, text):
        if target == "stage_id":
            self._put_status(plan, text)
        elif target == "tag_ids":
            ids = [self._find("crm.tag", part.strip()) for part in text.replace(";", ",").split(",") if part.strip()]
            plan.vals["tag_ids"] = [Command.set(sorted(set(filter(None, ids))))]
        elif target in ("source_id", "medium_id", "campaign_id"):
            plan.vals[target] = self._find(f"utm.{target.removesuffix('_id')}", text)
            line = self.lines.get((target, text))
            if line and line.state == "chosen" and line.channel_id:
                plan.vals.setdefault("channel_id", line.channel_id.id)
        else:
            record_id = self._find_known(target, text, plan)
            if record_id:
                plan.vals[target] = record_id
            else:
                header = self.headers[target]
                plan.read.notes.append((header, text))
                plan.read.remarks.append(("unknown_name", {"column": header, "value": text[:80]}))

    def _find_known(self, target, text, plan):
        """The id of a record that is never made by an import; None when there is none of that name."""
        if target in MAPPED_TARGETS:
            line = self.lines.get((target, text))
            return line and line._get_record().id
        if target == "state_id":
            return self._find_state(text, plan.vals.get("country_id"))
        return self._find_lang(text)

    def _put_status(self, plan, text):
        line = self.lines.get(("stage_id", text))
        if not line:
            return
        if line.stage_id:
            plan.vals["stage_id"] = line.stage_id.id
        if line.outcome != "open":
            plan.vals.update(active=False, probability=0, lost_reason_id=self._find_lost_reason(line))
        elif line.stage_id.is_won:
            plan.vals["probability"] = 100
        if line.outcome == "unfit":
            plan.vals["triage_state"] = "unfit"

    def _put_team(self, plan):
        """The team that the ORM would look up for each lead, looked up once for each owner."""
        user_id = plan.vals["user_id"]
        if plan.vals.get("team_id") or not (user_id or self.record.team_id):
            return
        key = ("team", user_id)
        if key not in self._records:
            team = self.record.team_id
            if not team:
                flag = "use_leads" if self.env.user.has_group("crm.group_use_lead") else "use_opportunities"
                team = self.env["crm.team"]._get_default_team_id(user_id=user_id, domain=[(flag, "=", True)])
            self._records[key] = team.id
        plan.vals["team_id"] = self._records[key]

    def _put_stage(self, plan):
        """The first stage of the team, looked up once for each team."""
        if plan.vals.get("stage_id"):
            return
        key = ("first_stage", plan.vals.get("team_id"))
        if key not in self._records:
            self._records[key] = self.env["crm.lead"]._stage_find(team_id=key[1], domain=[("fold", "=", False)]).id
        plan.vals["stage_id"] = self._records[key]

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

    def _put_touch(self, plan):
        """What the row says of a visit, dated when the lead came in and not when it was imported."""
        touch = {VISIT_FIELDS[name]: plan.vals[name] for name in VISIT_FIELDS if plan.vals.get(name)}
        if touch and not self.dry:
            touched_at = plan.read.values.get("create_date") or self.reader.now
            plan.vals["touch_ids"] = [Command.create({**touch, "touched_at": touched_at, "origin": "import"})]

    def _sanitize_phone(self, vals):
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


def _digits(text):
    return "".join(sign for sign in text if sign.isdigit())


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

    # ------------------------------------------------------------
    # BACKGROUND JOB
    # ------------------------------------------------------------

    @api.model
    def _cron_run_imports(self):
        """Go on with the imports that are running or being undone; one that fails doesn't keep the others."""
        records = self.sudo().search([("state", "in", ("running", "undoing"))], order="started_at, id")
        self.env["ir.cron"]._commit_progress(remaining=sum(records.mapped(lambda record: record._count_remaining())))
        for record in records:
            try:
                if not record._work():
                    return
            except Exception as error:
                self.env.cr.rollback()
                _logger.exception("Import %s failed", record.id)
                record._fail(error)

    def _count_remaining(self):
        """Rows that wait, and one step more: to end the import. With none left the job would not come back for it."""
        return self.env["leadya.import.row"].search_count(self._get_waiting_domain()) + 1

    def _get_waiting_domain(self):
        return [("import_id", "=", self.id), ("state", "=", "created" if self.state == "undoing" else "todo")]

    def _fail(self, error):
        known = isinstance(error, (UserError, psycopg2.Error))
        text = str(error) if known else self.env._("An unexpected error: %(error)s", error=error)
        self.write({"state": "failed", "error": text, "finished_at": fields.Datetime.now()})
        self.env["ir.cron"]._commit_progress()

    def _work(self):
        """Do batches until the import ends, is stopped, or time is up.

        :return: whether there is time left for another import
        """
        session, tries = None, 0
        while True:
            # What users see and press is another transaction's: look anew before each batch.
            self.invalidate_recordset(["state", "user_id"])
            state = self.state
            if state not in ("running", "undoing"):
                return True
            try:
                session = session or ImportSession(self._as_importer())
                rows = self._lock_rows()
                if not rows:
                    return self._finish()
                if state == "undoing":
                    session.record._undo_rows(rows)
                else:
                    session.record._import_rows(rows, session)
                time_left = self.env["ir.cron"]._commit_progress(len(rows))
                tries = 0
            except CONCURRENCY_ERRORS:
                # Records that the session has made may be gone with the transaction: start it anew.
                self.env.cr.rollback()
                session, tries = None, tries + 1
                if tries > CONCURRENCY_RETRIES:
                    raise
                continue
            self.env.invalidate_all()
            if not time_left:
                return False

    def _as_importer(self):
        """The import as seen by whoever started it, with their rights, language and company."""
        user = self.user_id
        if not user.active:
            raise UserError(self.env._("%(user)s, who started the import, is archived.", user=user.name))
        return (
            self.with_user(user)
            .with_company(self.company_id)
            .with_context(lang=user.lang, tz=user.tz, allowed_company_ids=self.company_id.ids)
        )

    def _lock_rows(self):
        rows = self.env["leadya.import.row"].search(self._get_waiting_domain(), order="number", limit=BATCH_SIZE)
        return rows.try_lock_for_update(allow_referencing=True)

    def _finish(self):
        """End the import; rows that another process holds are for the next run."""
        if not self.env["leadya.import.row"].search_count(self._get_waiting_domain(), limit=1):
            state = "cancelled" if self.state == "undoing" else "done"
            self.write({"state": state, "finished_at": fields.Datetime.now()})
            self.env["ir.cron"]._commit_progress(1)
        return True

    # ------------------------------------------------------------
    # DRY RUN
    # ------------------------------------------------------------

    def _test_rows(self):
        """Write on each row what would become of it."""
        session = ImportSession(self._as_tester(), dry=True)
        Row = self.env["leadya.import.row"]
        last = -1
        while rows := Row.search(
            [("import_id", "=", self.id), ("state", "=", "todo"), ("number", ">", last)],
            order="number",
            limit=BATCH_SIZE,
        ):
            last = rows[-1].number
            self._store_plans(session.plan(rows), dry=True)

    def _as_tester(self):
        return self.with_company(self.company_id).with_context(allowed_company_ids=self.company_id.ids)

    # ------------------------------------------------------------
    # RUN
    # ------------------------------------------------------------

    def _import_rows(self, rows, session):
        """Make the leads of a batch of rows, and mark the rows as done."""
        plans = session.plan(rows)
        self._create_leads([plan for plan in plans if plan.state == "created"])
        self._join_leads([plan for plan in plans if plan.state == "joined"])
        for plan in plans:
            if plan.twin:
                plan.lead_id = plan.twin.lead_id
                if plan.twin.state == "rejected":
                    plan.reject(plan.twin.code, **plan.twin.params)
        self._store_plans(plans)

    def _get_lead_context(self):
        context = {
            "mail_create_nolog": True,
            "mail_create_nosubscribe": True,
            "mail_notrack": True,
            "mail_auto_subscribe_no_notify": True,
            "import_file": True,
        }
        if not self.as_new:
            context.update(leadya_historic=True, tracking_disable=True)
        return context

    def _create_leads(self, plans):
        """Create leads as a batch; where one of them can't be, halve until it is found."""
        if not plans:
            return
        Lead = self.env["crm.lead"].with_context(**self._get_lead_context())
        try:
            with self.env.cr.savepoint():
                leads = Lead.create([plan.vals for plan in plans])
                self._complete_new(leads, plans)
                self.env.flush_all()
        except (*CONCURRENCY_ERRORS, AccessError):
            # Not the row's fault: the first is tried again, the second ends the import.
            raise
        except Exception as error:
            if len(plans) == 1:
                self._refuse(plans[0], error)
                return
            half = len(plans) // 2
            self._create_leads(plans[:half])
            self._create_leads(plans[half:])

    def _refuse(self, plan, error):
        if not isinstance(error, (UserError, ValidationError, psycopg2.Error)):
            _logger.exception("Row %s of import %s", plan.row.number, self.id)
        plan.reject("refused", error=" ".join(str(error).split())[:500])

    def _complete_new(self, leads, plans):
        for lead, plan in zip(leads, plans, strict=True):
            plan.lead_id, plan.stage_id = lead.id, lead.stage_id.id
        self._set_times(leads, plans)
        if not self.as_new:
            self._follow(leads)
        leads._message_log_batch(
            {
                lead.id: Markup("<p>%s</p>")
                % self.env._("Imported from %(file)s, row %(number)s", file=self.name, number=plan.row.number)
                for lead, plan in zip(leads, plans, strict=True)
            }
        )

    def _set_times(self, leads, plans):
        """Give leads the creation time that the file tells.

        The ORM writes ``create_date`` itself and takes none from anybody, so it is set by one statement for the whole
        batch. The times that stock Odoo derives go along: an old lead that counts as assigned, moved or closed
        today would falsify this month's figures. Its creation is the one time that is known of it.
        """
        moments = [
            (lead.id, plan.read.values["create_date"])
            for lead, plan in zip(leads, plans, strict=True)
            if plan.read.values.get("create_date")
        ]
        if not moments:
            return
        leads.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead
                   SET create_date = moment.at,
                       date_last_stage_update = moment.at,
                       date_open = CASE WHEN date_open IS NOT NULL THEN moment.at END,
                       date_closed = CASE WHEN date_closed IS NOT NULL OR NOT active THEN moment.at END,
                       day_open = CASE WHEN date_open IS NOT NULL THEN 0 END,
                       day_close = CASE WHEN date_closed IS NOT NULL OR NOT active THEN 0 END
                  FROM unnest(%s::int[], %s::timestamp[]) AS moment(id, at)
                 WHERE crm_lead.id = moment.id
                """,
                [lead_id for lead_id, _moment in moments],
                [moment for _lead_id, moment in moments],
            )
        )
        leads.invalidate_recordset(
            ["create_date", "date_last_stage_update", "date_open", "date_closed", "day_open", "day_close"], flush=False
        )

    def _follow(self, leads):
        """Let owners follow their leads, a statement for each owner instead of one for each lead."""
        for user, owned in leads.grouped("user_id").items():
            if user.active and user.partner_id:
                self.env["mail.followers"]._insert_followers(
                    "crm.lead", owned.ids, user.partner_id.ids, check_existing=False
                )

    def _join_leads(self, plans):
        """Complete leads that are there: empty fields, the visit, and a note with all that the row says."""
        notes = {}
        Lead = self.env["crm.lead"].with_context(**self._get_lead_context())
        for plan in plans:
            lead = Lead.browse(plan.lead_id)
            lead.write(self._prepare_completion(lead, plan.vals))
            plan.stage_id = lead.stage_id.id
            notes[lead.id] = notes.get(lead.id, Markup("")) + self._make_join_note(plan)
        if notes:
            Lead.browse(notes)._message_log_batch(notes)

    def _prepare_completion(self, lead, vals):
        values = {name: vals[name] for name in COMPLETED_FIELDS if vals.get(name) and not lead[name]}
        if vals.get("touch_ids"):
            values["touch_ids"] = vals["touch_ids"]
        return values

    def _make_join_note(self, plan):
        title = self.env._("Also in %(file)s, row %(number)s", file=self.name, number=plan.row.number)
        pairs = zip(self.headers, plan.row.values, strict=False)
        return Markup("<p>%s</p>") % title + self._escape_notes([pair for pair in pairs if pair[1]])

    def _store_plans(self, plans, dry=False):
        """Write what became, or would become, of the rows, in one statement."""
        if not plans:
            return
        for plan in plans:
            if plan.state == "known":
                # Nothing of the row is used, so there is nothing to remark on.
                plan.read.remarks.clear()
        items = [
            {
                "id": plan.row.id,
                "state": plan.state,
                "lead_id": plan.lead_id or None,
                "stage_id": plan.stage_id or None,
                "code": plan.code or None,
                "params": plan.params or None,
                "remark_code": plan.read.remarks[0][0] if plan.read.remarks else None,
                "remarks": plan.read.remarks or None,
            }
            for plan in plans
        ]
        self.env["leadya.import.row"].flush_model()
        outcome = SQL(
            "planned = item.state"
            if dry
            else """
                state = item.state, lead_id = item.lead_id, stage_id = item.stage_id,
                values = CASE WHEN item.state = 'rejected' THEN leadya_import_row.values END,
                write_date = now() AT TIME ZONE 'UTC'
            """
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE leadya_import_row
                   SET %(outcome)s, code = item.code, params = item.params,
                       remark_code = item.remark_code, remarks = item.remarks
                  FROM jsonb_to_recordset(%(items)s::jsonb) AS item(
                       id int, state varchar, lead_id int, stage_id int,
                       code varchar, params jsonb, remark_code varchar, remarks jsonb)
                 WHERE leadya_import_row.id = item.id
                """,
                outcome=outcome,
                items=json.dumps(items),
            )
        )
        self._rows_changed()

    # ------------------------------------------------------------
    # UNDO
    # ------------------------------------------------------------

    def _undo_rows(self, rows):
        """Remove the leads of a batch of rows, but for those that somebody has worked on."""
        leads = rows.lead_id.with_user(self.env.user).exists()
        touched = self._get_touched(rows)
        (leads - touched).with_context(tracking_disable=True).unlink()
        rows_sudo = rows.sudo()
        kept = rows_sudo.filtered(lambda row: row.lead_id in touched)
        kept.write({"state": "kept"})
        (rows_sudo - kept).write({"state": "undone", "lead_id": False})

    def _get_touched(self, rows):
        """Leads with a message, an attempt, a meeting, a customer, or in another stage than they were imported in."""
        rows = rows.sudo()
        leads = rows.lead_id
        moved = rows.filtered(lambda row: row.lead_id.stage_id != row.stage_id or row.lead_id.partner_id).lead_id
        lead_ids = leads.ids
        messages = (
            self.env["mail.message"]
            .sudo()
            .search_fetch(
                [
                    ("model", "=", "crm.lead"),
                    ("res_id", "in", lead_ids),
                    "|",
                    ("message_type", "in", ("comment", "email", "email_outgoing", "sms")),
                    ("mail_activity_type_id", "!=", False),
                ],
                ["res_id"],
            )
        )
        attempts = self.env["leadya.contact.attempt"].sudo().search([("lead_id", "in", lead_ids)])
        meetings = self.env["calendar.event"].sudo().search([("opportunity_id", "in", lead_ids)])
        spoken = leads.browse(set(messages.mapped("res_id")))
        return (moved | spoken | attempts.lead_id | meetings.opportunity_id).with_user(self.env.user)
