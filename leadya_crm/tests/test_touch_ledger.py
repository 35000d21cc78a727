from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import NOW, LeadyaCommon

PAID = "https://site.example/price?utm_source=google&utm_medium=cpc&utm_campaign=Spring&utm_term=laser&gclid=AbC"


@tagged("post_install", "-at_install")
class TestTouchLedger(LeadyaCommon):
    """L13: touches are a ledger; a correction is a row of its own, which holds instead of the one that was wrong."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paid, cls.email = (cls.env.ref(f"leadya_crm.channel_{name}") for name in ("paid_search", "email"))

    def setUp(self):
        super().setUp()
        self.lead = self._make_lead(landing_url=PAID, user_id=self.rep.id)
        self.touch = self.lead.touch_ids

    def _correct(self, touch, user=None, **values):
        """As the form does it: the defaults of the action, and what the user changed."""
        touch = touch.with_user(user or self.rep)
        context = touch.action_correct()["context"]
        return touch.browse().with_context(**context).create(values)

    def test_never_rewritten(self):
        """L13: nobody changes what a touch says: no rep, no manager, and no code with all rights."""
        values = {"channel_id": self.email.id, "term": "other", "touched_at": NOW, "origin": "form", "click_id": "x"}
        for name, value in values.items():
            for user in (self.rep, self.manager):
                with self.assertRaises(AccessError):
                    self.touch.with_user(user).write({name: value})
            with self.assertRaisesRegex(UserError, "never rewritten"):
                self.touch.sudo().write({name: value})
            with self.assertRaisesRegex(UserError, "never rewritten"):
                self.lead.sudo().write({"touch_ids": [Command.update(self.touch.id, {name: value})]})
        self.touch.sudo().write({"term": "laser", "channel_id": self.paid.id})
        for user in (self.rep, self.manager):
            with self.assertRaises(AccessError):
                self.touch.with_user(user).unlink()

    def test_what_was_left_open_is_filled(self):
        """L12: a channel that no rule knew is told when a rule comes."""
        source = self.env["utm.source"].create({"name": "Zzz unheard of"})
        lead = self._make_lead(source_id=source.id)
        self.assertFalse(lead.touch_ids.channel_id)
        self.email.write({"rule_ids": [Command.create({"sources": "zzz*"})]})
        lead.with_user(self.manager).action_run_intake_steps(["attribute"])
        self.assertEqual(lead.touch_ids.channel_id, self.email)

    def test_correction(self):
        """L13: a rep corrects a search term; the row that was wrong is kept, and the lead follows."""
        correction = self._correct(self.touch, term="laser clinic")
        self.assertEqual(self.touch.superseded_by_id, correction.sudo())
        self.assertEqual((self.touch.term, self.touch.keyword_id.name), ("laser", "laser"))
        self.assertEqual(correction.keyword_id.normalized_name, "laser clinic")
        self.assertEqual((correction.channel_id, correction.click_id), (self.paid, "AbC"))
        self.assertEqual(correction.touched_at, self.touch.touched_at)
        self.assertEqual((self.lead.utm_term, self.lead.keyword_id), ("laser clinic", correction.keyword_id))
        self.assertRegex(" ".join(self.explanations(self.lead, "attribute")), "leadya_rep.* corrected the visit of ")

    def test_only_the_correction_earns(self):
        """L12: reports count the touch that holds."""
        correction = self._correct(self.touch, channel_id=self.email.id)
        self.env.flush_all()
        chosen = SQL("SELECT id, create_date FROM crm_lead WHERE id = %s", self.lead.id)
        self.env.cr.execute(self.env["leadya.touch"]._get_credit_query("linear", chosen))
        self.assertEqual([row["touch_id"] for row in self.env.cr.dictfetchall()], correction.ids)
        self.assertEqual(self.lead.channel_id, self.email)

    def test_lead_that_shows_something_else(self):
        """What a person chose on the lead does not follow a correction."""
        self.lead.utm_term = "what she told me"
        self._correct(self.touch, term="laser clinic")
        self.assertEqual(self.lead.utm_term, "what she told me")

    def test_correct_once(self):
        """A touch is corrected once; what is wrong with the correction is corrected there."""
        correction = self._correct(self.touch, term="laser clinic")
        with self.assertRaisesRegex(UserError, "already"):
            self.touch.with_user(self.rep).action_correct()
        again = self._correct(correction, user=self.manager, term="laser clinic price")
        self.assertEqual(self.lead.touch_ids._holding(), again.sudo())
        self.assertEqual(self.lead.utm_term, "laser clinic price")

    def test_two_at_once(self):
        """Two who correct the same touch at once: the database lets one of them."""
        self._correct(self.touch)
        self.env.flush_all()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(
                "INSERT INTO leadya_touch (lead_id, supersedes_id, origin, touched_at)"
                " VALUES (%s, %s, 'manual', now())",
                [self.lead.id, self.touch.id],
            )

    def test_rights(self):
        """A rep corrects touches of their own leads only, and cannot say by other ways which touch holds."""
        with self.assertRaises(AccessError):
            self.touch.with_user(self.rep_2).action_correct()
        other = self._make_lead(user_id=self.rep_2.id)
        Touch = self.env["leadya.touch"].with_user(self.rep_2)
        with self.assertRaises(AccessError):
            Touch.create({"lead_id": other.id, "supersedes_id": self.touch.id})
        with self.assertRaises(AccessError):
            Touch.create({"lead_id": other.id, "superseded_by_id": self.touch.id})
        mine = self._make_lead(user_id=self.rep.id)
        with self.assertRaises(ValidationError):
            Touch.with_user(self.rep).create({"lead_id": mine.id, "supersedes_id": self.touch.id})

    def test_by_hand(self):
        """L13: a rep adds a visit that a customer told of; channel and keyword are recognised."""
        lead = self._make_lead(user_id=self.rep.id)
        context = lead.with_user(self.rep).action_add_touch()["context"]
        touch = self.env["leadya.touch"].with_user(self.rep).with_context(**context).create({"landing_url": PAID})
        self.assertEqual((touch.channel_id, touch.keyword_id.name, touch.origin), (self.paid, "laser", "manual"))
        self.assertEqual((lead.channel_id, lead.utm_term), (self.paid, "laser"))

    def test_email_campaign(self):
        """L12: a link of an e-mail campaign is a touch by its address, with the campaign that sent it."""
        campaign = self.env["utm.campaign"].create({"title": "Autumn Letter"})
        lead = self._make_lead(
            landing_url="https://site.example/offer?utm_source=Newsletter&utm_medium=Email&utm_campaign=autumn+letter"
        )
        self.assertEqual((lead.touch_ids.channel_id, lead.touch_ids.campaign_id), (self.email, campaign))

    def test_merge_and_undo(self):
        """C3 L13: touches move with their corrections, and go back with them, those too that came between."""
        other = self._make_lead(landing_url=PAID.replace("laser", "lens"), user_id=self.rep.id)
        correction = self._correct(other.touch_ids, term="lenses").sudo()
        merge = (self.lead | other)._leadya_merge(self.lead)
        self.assertEqual(len(self.lead.touch_ids), 3)
        self.assertEqual(len(self.lead.touch_ids._holding()), 2)
        later = self._correct(correction, term="contact lenses").sudo()
        self.assertEqual(later.lead_id, self.lead)
        merge.action_undo()
        self.assertEqual(self.lead.touch_ids, self.touch)
        self.assertEqual(other.touch_ids._holding(), later)

    def test_timeline(self):
        """L13: the lead shows its visits in order, with what each earns and what was corrected."""
        self._correct(self.touch, term="laser clinic")
        told = self.lead.with_user(self.rep).leadya_touches()
        self.assertEqual(told["model"], "Last touch")
        first, second = told["touches"]
        self.assertEqual((first["corrected"], first["share"]), (True, 0.0))
        self.assertEqual((second["corrects"], second["share"], second["term"]), (True, 1.0, "laser clinic"))
        self.assertEqual((second["site"], second["landing"], second["is_paid"]), ("site.example", "/price", True))
        with self.assertRaises(AccessError):
            self.lead.with_user(self.rep_2).leadya_touches()
        self.assertEqual(self._make_lead().leadya_touches()["touches"], [])
