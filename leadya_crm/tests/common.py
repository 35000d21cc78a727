from datetime import datetime

from odoo import SUPERUSER_ID, Command, api
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.mail.tests.common import freeze_all_time

#: A Wednesday, 10:00 in UTC: in the middle of a working morning, far from any change of clocks.
NOW = datetime(2026, 5, 13, 10, 0)


class LeadyaCommon(TransactionCase):
    """A company with one team of two reps, a leader and a manager; everything switched on.

    Working hours are Monday to Friday, 8:00 to 12:00 and 13:00 to 17:00 UTC.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False, "no_reset_password": True})
        cls.company = cls.env.company
        cls.company.write(
            {
                "leadya_assignment_mode": "on",
                "leadya_link_strength": 80,
                "resource_calendar_id": cls._make_calendar().id,
            }
        )
        salesman = "sales_team.group_sale_salesman"
        cls.rep = cls._make_user("leadya_rep", salesman)
        cls.rep_2 = cls._make_user("leadya_rep_2", salesman)
        cls.leader = cls._make_user("leadya_leader", "sales_team.group_sale_salesman_all_leads")
        cls.manager = cls._make_user("leadya_manager", "sales_team.group_sale_manager")
        # Teams of the database would compete for the leads.
        cls.env["crm.team"].search([]).write({"assignment_optout": True})
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Test Team",
                "use_leads": True,
                "use_opportunities": True,
                "company_id": False,
                "user_id": cls.leader.id,
            }
        )
        cls.member, cls.member_2 = cls.env["crm.team.member"].create(
            [{"crm_team_id": cls.team.id, "user_id": user.id, "assignment_max": 100} for user in (cls.rep, cls.rep_2)]
        )
        cls.env["leadya.sla.category"].search([]).active = False
        cls.category = cls.env["leadya.sla.category"].create(
            {
                "name": "Everybody",
                "mode": "on",
                "response_minutes": 30,
                "at_risk_percent": 50,
                "max_attempts": 3,
                "step_ids": [Command.create({"delay_hours": 2}), Command.create({"delay_hours": 4})],
            }
        )

    @classmethod
    def _make_user(cls, login, groups):
        return new_test_user(cls.env, login, groups=groups, email=f"{login}@leadya.example", tz="UTC")

    @classmethod
    def _make_calendar(cls, **values):
        hours = [(day, start, end) for day in "01234" for start, end in ((8, 12), (13, 17))]
        return cls.env["resource.calendar"].create(
            {
                "name": "Test Hours",
                "tz": "UTC",
                "company_id": cls.env.company.id,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": f"{day} {start}",
                            "dayofweek": day,
                            "hour_from": start,
                            "hour_to": end,
                            "day_period": "morning" if start < 12 else "afternoon",
                        }
                    )
                    for day, start, end in hours
                ],
                **values,
            }
        )

    def _make_lead(self, **values):
        return self._make_leads([values])

    def _make_leads(self, values_list):
        """Leads as a door makes them: nobody is chosen, the team is."""
        return self.env["crm.lead"].create(
            [
                {"name": f"Lead {number}", "type": "opportunity", "user_id": False, "team_id": self.team.id, **values}
                for number, values in enumerate(values_list)
            ]
        )

    def at(self, moment):
        """Freeze both clocks: Python's and the transaction's."""
        return freeze_all_time(moment)

    def explanations(self, lead, step=None):
        logs = lead.decision_log_ids.sorted("id")
        return logs.filtered(lambda log: not step or log.step == step).mapped("explanation")


class Transaction:
    """A transaction of its own with all rights, committed at its end; for tests of what races."""

    def __init__(self, registry):
        self._registry = registry

    def __enter__(self):
        self._cr = self._registry.cursor()
        return api.Environment(self._cr, SUPERUSER_ID, {})

    def __exit__(self, kind, value, traceback):
        if kind is None:
            self._cr.commit()  # pylint: disable=invalid-commit
        self._cr.close()
