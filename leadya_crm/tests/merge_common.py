from datetime import timedelta

from odoo import Command
from odoo.tools import SQL

from ..models.leadya_conversion_decide import Click
from .common import NOW, LeadyaCommon

#: Rows of these come or change with every merge and undo, and are no part of the leads.
NOT_COMPARED = (
    "leadya_merge",
    "leadya_merge_lead_rel",
    "leadya_merge_wizard",
    "leadya_merge_wizard_crm_lead_rel",
    "ir_cron_trigger",
    "bus_bus",
)


class MergeCommon(LeadyaCommon):
    """Two leads of one rep with all that a lead may have, one of an import and one of a web form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead.scoring.frequency"].search([]).unlink()
        cls.form = cls.env["leadya.capture.form"].create({"name": "Door", "company_id": cls.company.id})
        cls.import_job = cls.env["leadya.import"].create({"name": "Old leads"})
        cls.goal = cls.env["leadya.conversion.goal"].create({"conversion_name": "Sale"})
        cls.tags = cls.env["crm.tag"].create([{"name": "Hot"}, {"name": "Laser"}])
        cls.partner = cls.env["res.partner"].create({"name": "Dana Buyer", "email": "dana@merge.example"})

    def setUp(self):
        super().setUp()
        with self.at(NOW):
            self.head = self._make_full("First", phone="+972525550101", tag_ids=self.tags[:1].ids)
        with self.at(NOW + timedelta(minutes=5)):
            self.tail = self._make_full(
                "Second", tag_ids=self.tags.ids, partner_name="Acme", description="<p>Urgent</p>"
            )
        self._keep_protocol_and_lease(self.tail)
        self.head.stage_id = self.env["crm.stage"].create({"name": "Proposal", "sequence": 50})
        self.env.flush_all()

    def _make_full(self, name, **values):
        """A lead of the rep's with a row of every kind that refers to a lead."""
        lead = self._make_lead(
            name=name,
            user_id=self.rep.id,
            email_from="dana@merge.example",
            landing_url=f"https://leadya.example/?utm_source=google&utm_medium=cpc&utm_term={name}",
            touch_ids=[Command.create({"term": name, "landing_url": "https://leadya.example/other"})],
            **values,
        )
        lead.message_subscribe(self.partner.ids)
        lead.with_user(self.rep).message_post(body=f"Spoke of {name}", subject=name, message_type="comment")
        lead.with_user(self.rep).action_log_attempt("no_answer")
        lead.activity_schedule("mail.mail_activity_data_todo", user_id=self.rep.id, summary=f"Send {name}")
        self.env["ir.attachment"].create(
            {"name": f"{name}.txt", "raw": name.encode(), "res_model": "crm.lead", "res_id": lead.id}
        )
        self.env["calendar.event"].create(
            {
                "name": f"Meet {name}",
                "start": NOW + timedelta(days=3),
                "stop": NOW + timedelta(days=3, hours=1),
                "opportunity_id": lead.id,
                "res_id": lead.id,
                "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                "user_id": self.rep.id,
            }
        )
        self.env["leadya.stakeholder"].create(
            [
                {"lead_id": lead.id, "name": f"Buyer of {name}", "role": "user"},
                {"lead_id": lead.id, "name": "Boss", "role": "signer", "phone": "052" if name == "Second" else False},
            ]
        )
        self._qualify(lead, name)
        self.env["leadya.submission"].create(
            {"form_id": self.form.id, "payload": name, "state": "done", "lead_id": lead.id}
        )
        self.env["leadya.import.row"].create(
            {"import_id": self.import_job.id, "number": 1, "state": "created", "lead_id": lead.id}
        )
        self._tell_platform(lead)
        return lead

    def _tell_platform(self, lead):
        """Something of the lead was told to an advertising platform, and it is to be looked at again."""
        vals = {
            **self.goal._prepare_entry(lead, Click(NOW, f"click{lead.id}"), number=lead.id),
            "expires_at": NOW + timedelta(days=90),
            "happened_at": NOW,
        }
        self.env["leadya.conversion"].create(vals)
        self.env["leadya.conversion.mark"].create({"lead_id": lead.id})

    def _qualify(self, lead, name):
        """What is known, with evidence; what is wanted; how it is decided."""
        need = self.env.ref("leadya_crm.criterion_need")
        lead.with_user(self.rep).leadya_answer(need.id, "confirmed" if name == "Second" else "open", note=name)
        lead.write(
            {
                "wanted_product_ids": [Command.create({"name": f"Pump {name}", "quantity": 3})],
                "decision_threshold_ids": [Command.create({"name": f"Norm {name}"})],
                "decision_forum": "board" if name == "Second" else False,
            }
        )
        self.env["leadya.clarification"].create(
            {"lead_id": lead.id, "gap_key": "contact", "label": "a way to reach them", "note": name}
        )
        override = {"lead_id": lead.id, "user_id": self.manager.id, "missing": "Budget", "reason": name}
        self.env["leadya.gate.override"].create(override)
        document = self.env["ir.attachment"].search([("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)])
        lead.leadya_decision_add_documents(document.ids)

    def _keep_protocol_and_lease(self, lead):
        """A point of the protocol is done, and a rep has the lead before her."""
        point = self.env["leadya.stage.requirement"].create({"name": "Price list", "stage_id": lead.stage_id.id})
        self.env["leadya.requirement.mark"].create({"lead_id": lead.id, "requirement_id": point.id})
        self.env["leadya.queue.lease"].create(
            {"lead_id": lead.id, "user_id": self.rep.id, "until": NOW + timedelta(days=3650)}
        )

    def merge(self, leads=None, head=None, minutes=30, user=None):
        with self.at(NOW + timedelta(minutes=minutes)):
            merge = (leads or self.head | self.tail).with_user(user or self.rep)._leadya_merge(head)
            # As the next request sees it.
            self.env.flush_all()
            self.env.invalidate_all()
            return merge

    def undo(self, merge, minutes=60, user=None):
        with self.at(NOW + timedelta(minutes=minutes)):
            return merge.with_user(user or self.rep).action_undo()

    # ------------------------------------------------------------
    # SNAPSHOT
    # ------------------------------------------------------------

    def read_database(self, whole=False):
        """Every row of every table, but for when and by whom it was written last.

        :param bool whole: the registry's own tables too, which takes some seconds
        :return: texts of rows, by table
        :rtype: dict[str, dict]
        """
        self.env.flush_all()
        self.env.invalidate_all()
        self.cr.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in self.cr.fetchall() if name not in NOT_COMPARED]
        return {table: self.read_table(table) for table in tables if whole or self.is_of_interest(table)}

    def is_of_interest(self, table):
        return table == "ir_attachment" or not table.startswith(("ir_", "res_groups", "res_lang", "res_country"))

    def read_table(self, table):
        query = SQL(
            "SELECT (to_jsonb(%(table)s) - '{write_date,write_uid,db_datas,index_content}'::text[])::text"
            " FROM %(table)s",
            table=SQL.identifier(table),
        )
        return sorted(row for (row,) in self.env.execute_query(query))
