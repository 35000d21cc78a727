from odoo import Command
from odoo.tools import SQL

from .common import NOW, LeadyaCommon


class AssignmentCommon(LeadyaCommon):
    """A team of three reps, and rules; the company itself assigns nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.leadya_assignment_mode = "off"
        cls.env["leadya.assignment.rule"].search([]).active = False
        cls.rep_3 = cls._make_user("leadya_rep_3", "sales_team.group_sale_salesman")
        cls.member_3 = cls.env["crm.team.member"].create(
            {"crm_team_id": cls.team.id, "user_id": cls.rep_3.id, "assignment_max": 100}
        )
        cls.members = cls.member | cls.member_2 | cls.member_3
        cls.hebrew, cls.lasers = cls.env["leadya.skill"].create(
            [
                {"name": "Hebrew", "kind": "language", "lang_id": cls.env.ref("base.lang_he_IL").id},
                {"name": "Medical lasers"},
            ]
        )

    @classmethod
    def _make_rule(cls, **values):
        return cls.env["leadya.assignment.rule"].create(
            {
                "name": "Rule",
                "mode": "on",
                "team_id": cls.team.id,
                "rep_first": False,
                "user_id": cls.manager.id,
                **values,
            }
        )

    @classmethod
    def _teach(cls, member, skill, level="2"):
        member.leadya_skill_ids = [Command.create({"skill_id": skill.id, "level": level})]

    @classmethod
    def _make_leave(cls, user, start, end):
        resource = cls.env["resource.resource"].search([("user_id", "=", user.id)], limit=1) or cls.env[
            "resource.resource"
        ].create(
            {
                "name": user.name,
                "user_id": user.id,
                "resource_type": "user",
                "calendar_id": cls.company.resource_calendar_id.id,
                "tz": "UTC",
            }
        )
        return cls.env["resource.calendar.leaves"].create(
            {"name": "Holiday", "resource_id": resource.id, "date_from": start, "date_to": end}
        )

    def _run_cron(self, name, moment=NOW):
        with self.at(moment), self.enter_registry_test_mode():
            self.env.ref(f"leadya_crm.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def _get_notices(self, user):
        return self.env["mail.message"].search(
            [("message_type", "=", "user_notification"), ("partner_ids", "in", user.partner_id.ids)]
        )

    def _dump_database(self):
        """A checksum of every table of the database."""
        self.env.flush_all()
        tables = self.env.execute_query(
            SQL(
                "SELECT table_name FROM information_schema.tables "
                "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            )
        )
        return {
            table: self.env.execute_query(
                SQL("SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM %s AS t", SQL.identifier(table))
            )[0][0]
            for [table] in tables
        }
