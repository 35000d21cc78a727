from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import NOW, LeadyaCommon

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">'


@tagged("post_install", "-at_install")
class TestStakeholder(LeadyaCommon):
    """Z3 C8 L14: the people around a deal, inside and outside the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.organization = cls.env["res.partner"].create({"name": "Galil Pumps Ltd.", "is_company": True})
        cls.dan = cls.env["res.partner"].create(
            {"name": "Dan Galili", "parent_id": cls.organization.id, "email": "dan@galil.example"}
        )

    def setUp(self):
        super().setUp()
        self.lead = self._make_lead(
            user_id=self.rep.id, partner_id=self.dan.id, organization_id=self.organization.id, name="Pumps"
        )
        self.stakeholders = self.env["leadya.stakeholder"].with_user(self.rep)

    def add(self, name="Ruth", lead=None, **values):
        return self.stakeholders.create({"lead_id": (lead or self.lead).id, "name": name, **values})

    def get_map(self, lead=None):
        return (lead or self.lead).with_user(self.rep).leadya_stakeholder_map()

    # ------------------------------------------------------------
    # MODEL
    # ------------------------------------------------------------

    def test_contact_fills_what_is_empty(self):
        person = self.add(name="Danny", partner_id=self.dan.id)
        self.assertEqual((person.name, person.email), ("Danny", "dan@galil.example"))
        self.assertEqual(
            self.stakeholders.create({"lead_id": self.lead.id, "partner_id": self.dan.id}).name, "Dan Galili"
        )

    def test_bad_input_is_refused(self):
        with self.assertRaises(ValidationError):
            self.add(name="   ")
        with self.assertRaises(ValidationError):
            self.add(last_contact_at=fields.Datetime.now() + timedelta(days=400))
        self.add(partner_id=self.dan.id, role="signer")
        self.add(partner_id=self.dan.id, role="decision_maker")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.add(partner_id=self.dan.id, role="signer")

    def test_html_is_text(self):
        """Whatever is written stays what it is: text, told by the map as it came."""
        self.add(name=HOSTILE, function=HOSTILE, note=HOSTILE)
        [person] = self.get_map()["people"]
        self.assertEqual((person["name"], person["function"]), (HOSTILE, HOSTILE))

    def test_partner_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.lead.company_id = self.company
        stranger = self.env["res.partner"].create({"name": "Stranger", "company_id": other.id})
        with self.assertRaises(UserError):
            self.env["leadya.stakeholder"].create({"lead_id": self.lead.id, "partner_id": stranger.id})

    def test_rights_follow_the_lead(self):
        """A rep sees and writes the people of her own leads; a colleague neither, nor by moving them."""
        person = self.add()
        theirs = self._make_lead(user_id=self.rep_2.id)
        with self.assertRaises(AccessError):
            person.with_user(self.rep_2).read(["name"])
        with self.assertRaises(AccessError):
            self.add(lead=theirs)
        with self.assertRaises(AccessError):
            person.lead_id = theirs
            self.env.flush_all()
        self.assertEqual(person.with_user(self.leader).name, "Ruth")

    def test_another_company_sees_nobody(self):
        person = self.add()
        other = self.env["res.company"].create({"name": "Other"})
        self.lead.write({"company_id": other.id, "team_id": False, "user_id": False})
        self.assertFalse(self.env["leadya.stakeholder"].with_user(self.manager).search([("id", "=", person.id)]))

    # ------------------------------------------------------------
    # MAP
    # ------------------------------------------------------------

    def test_who_is_missing(self):
        self.assertEqual([gap["role"] for gap in self.get_map()["missing"]], ["decision_maker", "user", "signer"])
        self.add(role="decision_maker")
        self.add(role="signer", side="outside")
        self.assertEqual([gap["role"] for gap in self.get_map()["missing"]], ["user"])

    def test_z1_private_person(self):
        """Z1: who asks for herself has no organisation; who decides is asked all the same."""
        private = self._make_lead(user_id=self.rep.id, contact_name="Tami", email_from="tami@gmail.com")
        shown = self.get_map(private)
        self.assertEqual([gap["role"] for gap in shown["missing"]], ["decision_maker"])
        [offered] = shown["offered"]
        self.assertEqual((offered["name"], offered["role"]), ("Tami", "initiator"))
        self.stakeholders.create(offered)
        self.assertFalse(self.get_map(private)["offered"], "who is on the map is not offered")

    def test_who_is_near_is_offered(self):
        self.env["res.partner"].create({"name": "Noa Galili", "parent_id": self.organization.id})
        offered = self.get_map()["offered"]
        self.assertEqual([values["name"] for values in offered], ["Dan Galili", "Noa Galili"])
        self.stakeholders.create(offered)
        self.assertFalse(self.get_map()["offered"])

    def test_silence(self):
        self.company.leadya_stakeholder_silent_days = 10
        with self.at(NOW):
            self.add(name="Never")
            self.add(name="Long ago", last_contact_at=NOW - timedelta(days=11))
            self.add(name="Lately", last_contact_at=NOW - timedelta(days=9))
            silent = {person["name"]: person["silent"] for person in self.get_map()["people"]}
            self.assertEqual(silent, {"Never": "never", "Long ago": "long", "Lately": False})
            self.company.leadya_stakeholder_silent_days = 0
            self.assertFalse(any(person["silent"] for person in self.get_map()["people"]))

    def test_ten_thousand_people(self):
        """The map stays a map, and costs as much for ten thousand people as for ten."""
        self.env["leadya.stakeholder"].create(
            [{"lead_id": self.lead.id, "name": f"Person {number}", "role": "user"} for number in range(10_000)]
        )
        self.add(name="The one", role="decision_maker")
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(30):
            shown = self.get_map()
        self.assertEqual((len(shown["people"]), shown["total"]), (13, 10_001))
        self.assertIn("The one", [person["name"] for person in shown["people"]])

    def test_roles_and_gaps_of_a_batch(self):
        leads = self._make_leads([{"partner_name": f"Firm {number}"} for number in range(50)])
        self.env["leadya.stakeholder"].create(
            [{"lead_id": lead.id, "name": "Boss", "role": "decision_maker"} for lead in leads[:25]]
        )
        self.env.flush_all()
        with self.assertQueryCount(1):
            missing = leads._stakeholder_get_missing()
        self.assertEqual(missing[leads[0].id], ["user", "signer"])
        self.assertEqual(missing[leads[49].id], ["decision_maker", "user", "signer"])

    # ------------------------------------------------------------
    # LAST CONTACT
    # ------------------------------------------------------------

    def test_call_is_with_the_leads_contact(self):
        dan, ruth = self.add(name="Dan", partner_id=self.dan.id), self.add()
        self.lead.with_user(self.rep).action_log_attempt("no_answer")
        self.assertFalse(dan.last_contact_at, "nobody was heard")
        self.lead.with_user(self.rep).action_log_attempt("reached")
        [reached] = self.lead.attempt_ids.filtered(lambda attempt: attempt.outcome == "reached")
        self.assertEqual(dan.last_contact_at, reached.attempted_at)
        self.assertFalse(ruth.last_contact_at)

    def test_reply_is_of_who_wrote(self):
        ruth = self.add(email="Ruth <ruth@galil.example>")
        self.lead.with_user(self.rep).action_log_attempt("reached")
        self.lead.message_post(
            body="Yes", message_type="email", subtype_xmlid="mail.mt_comment", email_from="ruth@galil.example"
        )
        self.assertTrue(ruth.last_contact_at)

    def test_meeting_is_with_who_came(self):
        ruth = self.add(email="ruth@galil.example")
        event = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": NOW,
                "stop": NOW + timedelta(hours=1),
                "opportunity_id": self.lead.id,
                "partner_ids": [Command.create({"name": "Ruth", "email": "ruth@galil.example"})],
            }
        )
        event.action_leadya_held()
        self.assertEqual(ruth.last_contact_at, NOW + timedelta(hours=1))

    def test_spoke(self):
        ruth = self.add(last_contact_at=NOW - timedelta(days=40))
        with self.at(NOW):
            ruth.action_spoke()
        self.assertEqual(ruth.last_contact_at, NOW)
        ruth._note_contact(NOW - timedelta(days=3))
        self.assertEqual(ruth.last_contact_at, NOW, "what was earlier changes nothing")
        with self.assertRaises(AccessError):
            ruth.with_user(self.rep_2).action_spoke()

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def test_c3_merge_and_undo(self):
        """C3: both maps become one, nobody stands on it twice, and all of it is taken back."""
        other = self._make_lead(user_id=self.rep.id, name="Pumps again")
        self.add(name="Ruth Levi", role="signer", email="ruth@galil.example")
        self.add(lead=other, name="Ruth", role="signer", email="RUTH@galil.example", stance="supporter", phone="050")
        self.add(lead=other, name="Consultant", side="outside", role="opinion_leader")
        before = self.read_people()
        merge = (self.lead | other).with_user(self.rep)._leadya_merge(self.lead)
        people = self.lead.stakeholder_ids
        self.assertEqual(people.mapped("name"), ["Ruth Levi", "Consultant"])
        self.assertEqual((people[0].stance, people[0].phone), ("supporter", "050"))
        merge.action_undo()
        self.assertEqual(self.read_people(), before)

    def read_people(self):
        names = ["lead_id", "name", "role", "stance", "phone", "email", "side"]
        self.env.invalidate_all()
        return self.env["leadya.stakeholder"].search([], order="id").read(names)
