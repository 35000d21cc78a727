"""Carrying the plans out: leads made and completed, and their rows marked in the same transaction."""

import json
import logging

import psycopg2
from markupsafe import Markup

from odoo import models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from .leadya_import_job import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

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


class LeadyaImport(models.Model):
    _inherit = "leadya.import"

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
