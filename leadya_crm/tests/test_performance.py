from odoo.tests import tagged

from .common import LeadyaCommon

REPS = 10

#: Odoo's ORM inserts and updates this many rows with one statement.
ROWS_A_STATEMENT = 100


@tagged("post_install", "-at_install")
class TestPerformance(LeadyaCommon):
    """Query budgets of the corridor (issue foundation, 5). Times are measured in ``bench/``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        reps = [cls._make_user(f"leadya_budget_{number}", "sales_team.group_sale_salesman") for number in range(REPS)]
        cls.team.crm_team_member_ids.unlink()
        cls.env["crm.team.member"].create(
            [{"crm_team_id": cls.team.id, "user_id": rep.id, "assignment_max": 10_000} for rep in reps]
        )
        cls.reps = cls.env["res.users"].concat(*reps)

    def _create_leads(self, count, **context):
        """Leads as ads bring them: a landing page that says it all, and nobody chosen."""
        return (
            self.env["crm.lead"]
            .with_context(**context)
            .create(
                [
                    {
                        "name": f"Offer {number}",
                        "user_id": False,
                        "team_id": self.team.id,
                        "contact_name": f"Customer {number}",
                        "partner_name": f"Company {number}",
                        "email_from": f"customer{number}@company{number}.example",
                        "phone": f"+97252{number:07d}",
                        "landing_url": "https://leadya.example/?utm_source=google&utm_medium=cpc&utm_campaign=Brand"
                        f"&utm_term=heat+pump+{number % 20}&gclid=click{number}",
                    }
                    for number in range(count)
                ]
            )
        )

    def _count_queries(self, count, **context):
        """Queries to the end of the transaction: tracking, notices and recomputations count.

        :return: the leads and the number of queries
        """
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        leads = self._create_leads(count, **context)
        self.env.cr.flush()
        return leads, self.env.cr.sql_log_count - before

    def test_batch(self):
        """1,000 leads walk the whole corridor within half a query a lead (required: 10)."""
        leads, queries = self._count_queries(1000)
        self.assertLessEqual(queries, 500)
        self.assertEqual(set(leads.channel_id), {self.env.ref("leadya_crm.channel_paid_search")})
        self.assertEqual(len(leads.keyword_id), 20)
        self.assertNotIn("todo", leads.mapped("triage_state"))
        self.assertEqual(leads.user_id, self.reps)
        self.assertEqual({len(given) for given in leads.grouped("user_id").values()}, {1000 // REPS})
        self.assertEqual(set(leads.mapped("sla_state")), {"running"})
        self.assertEqual(len(leads.activity_ids), 1000)

    def test_batch_grows_by_statements(self):
        """From 100 to 1,000 leads only the ORM's own statements multiply, never a query a lead."""
        _leads, hundred = self._count_queries(100)
        _leads, thousand = self._count_queries(1000)
        self.assertLessEqual(thousand - hundred, 10 * 900 // ROWS_A_STATEMENT)

    def test_one_lead(self):
        """The corridor adds at most 60 queries to the creation of one lead."""
        # The first lead that a process makes fills caches of Odoo's own.
        self._create_leads(1)
        _lead, bare = self._count_queries(1, leadya_skip_intake=True)
        lead, whole = self._count_queries(1)
        self.assertTrue(lead.user_id and lead.sla_deadline and lead.activity_ids)
        self.assertLessEqual(whole - bare, 60)
