"""Carrying the plans out: leads made and completed, and their rows marked in the same transaction."""

import json
import logging

import psycopg2
from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from .crm_lead_import import ImportBatch
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

    def _end_run(self):
        self.write({"state": "done", "finished_at": fields.Datetime.now()})

    def _get_lead_context(self):
        context = {
            "mail_create_nolog": True,
            "mail_create_nosubscribe": True,
            "mail_notrack": True,
            "mail_auto_subscribe_no_notify": True,
            "import_file": True,
            "leadya_import_batch": ImportBatch(),
            # Visits and leads of the same person have been looked up already, for the whole batch.
            "leadya_skip_steps": ["attribute"],
            "leadya_skip_duplicates": True,
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
        self._create_touches(plans)
        self.env["leadya.decision.log"]._log(leads._leadya_in_corridor()._niche_recognise())
        self._link_alike(leads, plans)
        if not self.as_new:
            self._follow(leads)

    def _link_alike(self, leads, plans):
        """Mark leads of the same person, and say by what."""
        values, decisions = {}, []
        for plan in plans:
            original = plan.original or (plan.alike and leads.browse(plan.alike.lead_id))
            if original:
                values[plan.lead_id] = {} if plan.original else {"possible_duplicate_id": original.id}
                decisions.append(original.sudo()._link_explain_duplicate(plan.lead_id, plan.person))
        leads.sudo()._leadya_write_each(values)
        self.env["leadya.decision.log"]._log(decisions)

    def _create_touches(self, plans):
        """The visits that led to leads, and by what their channel was recognised."""
        self.env["leadya.touch"].create([{**plan.visit, "lead_id": plan.lead_id} for plan in plans if plan.visit])
        self.env["leadya.decision.log"]._log(
            [plan.recognition.prepare_decision(plan.lead_id) for plan in plans if plan.recognition]
        )

    def _follow(self, leads):
        """Let owners follow their leads.

        ``_insert_followers`` makes them one by one, which costs as much as the leads themselves. These are new
        leads, with nobody to be told: two statements do it for all of them.
        """
        subtypes, *_others = self.env["mail.message.subtype"].default_subtypes("crm.lead")
        pairs = [(lead.id, lead.user_id.partner_id.id) for lead in leads if lead.user_id.active]
        if not pairs:
            return
        self.env.cr.execute(
            SQL(
                """
                WITH added AS (
                    INSERT INTO mail_followers (res_model, res_id, partner_id)
                    SELECT 'crm.lead', pair.lead_id, pair.partner_id
                      FROM unnest(%(lead_ids)s::int[], %(partner_ids)s::int[]) AS pair(lead_id, partner_id)
                    ON CONFLICT DO NOTHING
                 RETURNING id
                )
                INSERT INTO mail_followers_mail_message_subtype_rel (mail_followers_id, mail_message_subtype_id)
                SELECT added.id, subtype_id FROM added, unnest(%(subtype_ids)s::int[]) AS subtype_id
                """,
                lead_ids=[lead_id for lead_id, _partner_id in pairs],
                partner_ids=[partner_id for _lead_id, partner_id in pairs],
                subtype_ids=subtypes.ids,
            )
        )
        leads.invalidate_recordset(["message_follower_ids", "message_partner_ids"], flush=False)

    def _join_leads(self, plans):
        """Complete leads that are there: empty fields, the visit, and a note with all that the row says."""
        if not plans:
            return
        notes = {}
        Lead = self.env["crm.lead"].with_context(**self._get_lead_context())
        leads = Lead.browse([plan.lead_id for plan in plans])
        for lead, plan in zip(leads, plans, strict=True):
            lead.write({name: plan.vals[name] for name in COMPLETED_FIELDS if plan.vals.get(name) and not lead[name]})
            plan.stage_id = lead.stage_id.id
            notes[lead.id] = notes.get(lead.id, Markup("")) + self._make_join_note(plan)
        self._create_touches(plans)
        Lead.browse(notes)._message_log_batch(notes)

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
                "ref": plan.vals.get("external_ref"),
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
        outcome = (
            SQL("planned = item.state")
            if dry
            else SQL(
                """
                state = item.state, lead_id = item.lead_id, stage_id = item.stage_id,
                values = CASE WHEN item.state = 'rejected' THEN leadya_import_row.values END,
                write_date = %s
                """,
                # The leads' own: who is written to later was touched, see `_get_changed`.
                self.env.cr.now(),
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE leadya_import_row
                   SET %(outcome)s, ref = item.ref, code = item.code, params = item.params,
                       remark_code = item.remark_code, remarks = item.remarks
                  FROM jsonb_to_recordset(%(items)s::jsonb) AS item(
                       id int, state varchar, ref varchar, lead_id int, stage_id int,
                       code varchar, params jsonb, remark_code varchar, remarks jsonb)
                 WHERE leadya_import_row.id = item.id
                """,
                outcome=outcome,
                items=json.dumps(items),
            )
        )
        self._rows_changed()
