import base64
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import NOW, LeadyaCommon

GCLID = "Cj0KCQiA-Test_7"


class ConversionCommon(LeadyaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["leadya.conversion.goal"].search([]).mode = "off"
        cls.env["leadya.conversion.mark"].search([]).unlink()
        cls.marketer = new_test_user(cls.env, "leadya_marketer", groups="leadya_crm.group_marketing")
        cls.goal = cls._make_goal()

    @classmethod
    def _make_goal(cls, **values):
        return cls.env["leadya.conversion.goal"].create(
            {
                "platform": "google",
                "event": "won",
                "conversion_name": "Sale",
                "mode": "on",
                "user_id": cls.marketer.id,
                **values,
            }
        )

    def _make_clicked(self, click_id=GCLID, kind="gclid", at=None, **values):
        """A lead that came by the click of an advertisement an hour ago."""
        touch = {"touched_at": at or NOW - timedelta(hours=1), "click_id": click_id, "click_id_kind": kind}
        return self._make_lead(touch_ids=[Command.create({"origin": "form", **touch})], **values)

    def _collect(self):
        with self.enter_registry_test_mode():
            self.env.ref("leadya_crm.ir_cron_leadya_collect_conversions").method_direct_trigger()

    def _rows(self, lead, **values):
        rows = lead.sudo().conversion_ids.sorted("id")
        return rows.filtered(lambda row: all(row[name] == value for name, value in values.items()))

    def _make_file(self, platform="google", kind="conversion"):
        wizard = self.env["leadya.conversion.wizard"].with_user(self.marketer)
        return self.env["leadya.conversion.file"].browse(
            wizard.create({"platform": platform, "kind": kind}).action_make()["res_id"]
        )

    def _content(self, file):
        return base64.b64decode(file.content).decode()


@tagged("post_install", "-at_install")
class TestConversion(ConversionCommon):
    """What is told to platforms, once, and taken back (L13, issue 3: offline conversions)."""

    def test_l13_won(self):
        """A won lead goes into one file, with click, time and value, and into no other."""
        self.goal.write({"value_rule": "revenue"})
        with self.at(NOW):
            lead = self._make_clicked(expected_revenue=1250)
        with self.at(NOW + timedelta(hours=2)):
            lead.action_set_won()
            self._collect()
            file = self._make_file()
            currency = self.goal.currency_id.name
            row = self._rows(lead)
            self.assertEqual(
                self._content(file).splitlines()[2:],
                [f"{GCLID},Sale,2026-05-13 12:00:00,1250.00,{currency},{row.reference},,"],
            )
            self.assertRecordValues(row, [{"state": "sent", "file_id": file.id, "kind": "conversion", "event": "won"}])
            lead.write({"probability": 100})
            self._collect()
            with self.assertRaises(UserError):
                self._make_file()
        self.assertEqual(len(self._rows(lead)), 1)

    def test_l13_off_costs_nothing(self):
        """Off: leads are not even looked at."""
        self.goal.mode = "off"
        with self.at(NOW):
            self._make_clicked().action_set_won()
        self.assertFalse(self.env["leadya.conversion.mark"].search([]))

    def test_l13_trial_writes_the_log_alone(self):
        """On trial the decision log says what would be told, once, and the ledger stays empty (Z7)."""
        self.goal.mode = "trial"
        with self.at(NOW):
            lead = self._make_clicked()
            lead.action_set_won()
            self._collect()
            lead.write({"probability": 100})
            self._collect()
        self.assertFalse(self._rows(lead))
        self.assertEqual(self.explanations(lead, "convert"), ["On trial: Goes into the next file: “Google Ads: Sale”"])

    def test_l13_no_click_no_conversion(self):
        with self.at(NOW):
            lead = self._make_lead()
            other = self._make_clicked("msclick1", "msclkid")
            (lead + other).action_set_won()
            self._collect()
        self.assertFalse(self._rows(lead) + self._rows(other))

    def test_l13_hostile_click_is_none(self):
        """A click identifier with a formula or a line break never reaches a file."""
        with self.at(NOW):
            leads = self.env["crm.lead"].browse()
            for text in ("=HYPERLINK(1)", "a\nb", "a,b,c,d", "@SUM(1+1)"):
                leads += self._make_clicked(text)
            leads.action_set_won()
            self._collect()
        self.assertFalse(leads.sudo().conversion_ids)

    def test_l13_events(self):
        """Qualified, meeting and quote: each when it becomes true, with the value of its goal."""
        goals = self._make_goal(event="qualified", conversion_name="Q", value_rule="fixed", value_amount=10)
        goals += self._make_goal(event="meeting", conversion_name="M")
        goals += self._make_goal(event="quote", conversion_name="P", value_rule="share", value_percent=20)
        with self.at(NOW):
            lead = self._make_clicked(expected_revenue=500, user_id=self.rep.id)
            lead.triage_state = "fit"
            self._collect()
            self.assertFalse(self._rows(lead), "fit alone is not qualified")
            self._attempt(lead, "meeting")
            self._collect()
            self.assertEqual(set(self._rows(lead).mapped("conversion_name")), {"Q", "M"})
            self._attempt(lead, "quote_sent")
            self._collect()
        values = {row.conversion_name: (row.has_value, row.value) for row in self._rows(lead)}
        self.assertEqual(values, {"Q": (True, 10), "M": (False, 0), "P": (True, 100)})

    def _attempt(self, lead, outcome):
        self.env["leadya.contact.attempt"].create(
            {"lead_id": lead.id, "user_id": self.rep.id, "outcome": outcome, "attempted_at": NOW}
        )

    def test_l13_currency(self):
        """Expected revenue is told in the goal's currency, by the rate of the day."""
        euro = self.env["res.currency"].create({"name": "XEU", "symbol": "x"})
        self.env["res.currency.rate"].create({"currency_id": euro.id, "name": "2026-05-01", "rate": 0.5})
        self.goal.write({"value_rule": "revenue", "currency_id": euro.id})
        with self.at(NOW):
            lead = self._make_clicked(expected_revenue=1000)
            lead.action_set_won()
            self._collect()
            self.assertIn(",500.00,XEU,", self._content(self._make_file()))

    # ------------------------------------------------------------
    # TAKEN BACK
    # ------------------------------------------------------------

    def _send_won(self, **values):
        with self.at(NOW):
            lead = self._make_clicked(**values)
            lead.action_set_won()
            self._collect()
            self._make_file(self.goal.platform)
        return lead

    def _open_again(self, lead):
        stage = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        lead.write({"stage_id": stage.id, "probability": 20})

    def test_l13_undone_before_it_was_sent(self):
        with self.at(NOW):
            lead = self._make_clicked()
            lead.action_set_won()
            self._collect()
            self._open_again(lead)
            self._collect()
        self.assertRecordValues(self._rows(lead), [{"state": "cancelled"}])
        with self.assertRaises(UserError), self.at(NOW):
            self._make_file()

    def test_l13_won_undone_is_taken_back(self):
        """A file of its own names the conversion by its order id; and only after Google's day of rest."""
        lead = self._send_won()
        with self.at(NOW + timedelta(hours=3)):
            self._open_again(lead)
            self._collect()
            back = self._rows(lead, kind="retraction")
            self.assertRecordValues(back, [{"reason": "undone", "state": "todo"}])
            with self.assertRaises(UserError):
                self._make_file(kind="retraction")
        with self.at(NOW + timedelta(hours=24)):
            file = self._make_file(kind="retraction")
        self.assertEqual(
            self._content(file),
            "Parameters:TimeZone=+0000\n"
            "Order ID,Conversion Name,Adjustment Time,Adjustment Type,Adjusted Value,Adjusted Value Currency\n"
            f"leadya-{self.goal.id}-{lead.id}-1,Sale,2026-05-13 13:00:00,RETRACT,,\n",
        )

    def test_l13_won_again_is_told_anew(self):
        lead = self._send_won()
        with self.at(NOW + timedelta(days=2)):
            self._open_again(lead)
            self._collect()
            self._make_file(kind="retraction")
            lead.action_set_won()
            self._collect()
        self.assertEqual(
            self._rows(lead).mapped(lambda row: (row.kind, row.number, row.state)),
            [("conversion", 1, "sent"), ("retraction", 1, "sent"), ("conversion", 2, "todo")],
        )

    def test_l13_reasons(self):
        """Lost, unfit and spam take back what was told."""
        lost, unfit, spam = (self._send_qualified(f"click{number}") for number in range(3))
        form = self.env["leadya.capture.form"].create({"name": "Form", "kind": "form"})
        self.env["leadya.submission"].sudo().create({"form_id": form.id, "state": "spam", "lead_id": spam.id})
        with self.at(NOW + timedelta(days=2)):
            lost.action_set_lost()
            unfit.triage_state = "unfit"
            spam.action_archive()
            self._collect()
        backs = [self._rows(lead, kind="retraction").reason for lead in (lost, unfit, spam)]
        self.assertEqual(backs, ["lost", "unfit", "spam"])

    def test_l13_lost_may_stay_told(self):
        """Where the goal says so, a lead that was worth a quote stays one when it is lost to a competitor."""
        lead = self._send_qualified("clickA", retract_lost=False)
        with self.at(NOW + timedelta(days=2)):
            lead.action_set_lost()
            self._collect()
        self.assertFalse(self._rows(lead, kind="retraction"))

    def _send_qualified(self, click_id, **values):
        self.goal.write({"event": "qualified", **values})
        with self.at(NOW):
            lead = self._make_clicked(click_id)
            lead.write({"triage_state": "fit", "bant_need": "confirmed", "bant_budget": "confirmed"})
            self._collect()
            self._make_file()
        self.assertTrue(self._rows(lead, state="sent"))
        return lead

    def test_l13_yandex_takes_nothing_back(self):
        self.goal.platform = "yandex"
        lead = self._send_won(click_id="12345678", kind="yclid")
        with self.at(NOW + timedelta(days=1)):
            self._open_again(lead)
            lead.action_set_lost()
            self._collect()
        self.assertRecordValues(self._rows(lead, kind="retraction"), [{"state": "impossible", "reason": "lost"}])

    # ------------------------------------------------------------
    # WINDOWS
    # ------------------------------------------------------------

    def test_l13_windows(self):
        """90, 90 and 21 days after the click nothing is sent any more; the ledger says why."""
        for platform, kind, days in (("google", "gclid", 90), ("microsoft", "msclkid", 90), ("yandex", "yclid", 21)):
            self.goal.platform = platform
            with self.at(NOW):
                late = self._make_clicked("12345678", kind, NOW - timedelta(days=days))
                early = self._make_clicked("12345679", kind, NOW - timedelta(days=days, minutes=-5))
                (late + early).action_set_won()
                self._collect()
                states = [self._rows(lead).state for lead in (late, early)]
            with self.at(NOW + timedelta(minutes=5)):
                self._collect()
                self.assertEqual([*states, self._rows(early).state], ["expired", "todo", "expired"], platform)
            self.goal = self._make_goal(conversion_name=f"after {platform}")

    def test_l13_warning(self):
        """Before a click is forgotten the responsible person gets a task, which goes when the file is made."""
        with self.at(NOW):
            lead = self._make_clicked(at=NOW - timedelta(days=85))
            lead.action_set_won()
            self._collect()
            self.goal._update_alerts()
            task = self.goal.activity_ids
            self.assertEqual((task.user_id, task.leadya_alert), (self.marketer, "file"))
            self.assertIn("05/18/2026", task.summary)
            self.goal._update_alerts()
            self.assertEqual(len(self.goal.activity_ids), 1)
            self._make_file()
            self.goal._update_alerts()
        self.assertFalse(self.goal.activity_ids)

    def test_l13_warning_of_open_leads(self):
        with self.at(NOW):
            self._make_clicked(at=NOW - timedelta(days=88))
            self._make_clicked(at=NOW - timedelta(days=10))
            alerts = self.goal._get_alerts()[self.goal.id]
        self.assertEqual(list(alerts), ["clicks"])
        self.assertIn("within 7 days: 1.", alerts["clicks"])

    def test_l13_past_clicks(self):
        """What happened before the goal was made is looked at when asked, by the index on clicks."""
        self.goal.mode = "off"
        with self.at(NOW):
            lead = self._make_clicked()
            lead.action_set_won()
            self.goal.mode = "on"
            self._collect()
            self.assertFalse(self._rows(lead))
            self.goal.with_user(self.marketer).action_collect_past()
            self._collect()
        self.assertEqual(len(self._rows(lead)), 1)

    # ------------------------------------------------------------
    # CONSENT
    # ------------------------------------------------------------

    def test_l13_consent(self):
        """Granted only where the company's text says so; denied where the visitor refused storage; else empty."""
        self.goal.consent_covers_ads = True
        with self.at(NOW):
            told, refused, unknown = (self._make_clicked(f"click{number}") for number in range(3))
            told.sudo()._leadya_measuring().consent_at = NOW
            self.env["leadya.touch"].create(
                {
                    "lead_id": refused.id,
                    "origin": "page",
                    "click_id": "refused",
                    "click_id_kind": "gclid",
                    "touched_at": NOW,
                }
            )
            (told + refused + unknown).action_set_won()
            self._collect()
        self.assertEqual([self._rows(lead).consent for lead in (told, refused, unknown)], ["granted", "denied", False])

    # ------------------------------------------------------------
    # LEDGER
    # ------------------------------------------------------------

    def test_l13_never_rewritten(self):
        lead = self._send_won()
        row = self._rows(lead)
        with self.assertRaises(UserError):
            row.write({"click_id": "other"})
        with self.assertRaises(UserError):
            row.unlink()
        lead.unlink()
        self.assertTrue(row.exists().click_id, "the ledger outlives the lead")

    def test_l13_merged(self):
        """What was told of a lead is not told again of the one that it becomes part of."""
        lead = self._send_qualified("clickA")
        with self.at(NOW + timedelta(hours=1)):
            head = self._make_clicked("clickB")
            merge = (lead + head)._leadya_merge(head)
            head.write({"triage_state": "fit", "bant_need": "confirmed", "bant_budget": "confirmed"})
            self._collect()
            self.assertEqual(self._rows(head).mapped("click_id"), ["clickA"])
            merge.action_undo()
        self.assertEqual(self._rows(lead).mapped("click_id"), ["clickA"])

    def test_l13_bad_names(self):
        for name in ("=1+1", "a\nb", "", " x"):
            with self.assertRaises(ValidationError):
                self.goal.conversion_name = name

    def test_l13_platform_stays(self):
        self._send_won()
        with self.assertRaises(UserError):
            self.goal.platform = "microsoft"
        with self.assertRaises(UserError):
            self.goal.unlink()

    # ------------------------------------------------------------
    # RIGHTS
    # ------------------------------------------------------------

    def test_l13_rights(self):
        """Marketing makes goals and files; reps see neither goals nor values; nobody writes the ledger."""
        lead = self._send_won()
        for model in ("leadya.conversion.goal", "leadya.conversion", "leadya.conversion.file"):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_access"):
                self.env[model].with_user(self.rep).search([])
        for user in (self.marketer, self.manager):
            with self.assertRaises(UserError):
                self._rows(lead).with_user(user).write({"state": "todo"})
        with self.assertRaises(AccessError):
            lead.with_user(self.rep).read(["conversion_ids"])
        self.assertTrue(self._rows(lead).file_id.with_user(self.marketer).action_download())

    def test_l13_companies(self):
        """A goal tells of its own company's leads, in files that only that company sees."""
        other = self.env["res.company"].create({"name": "Other"})
        with self.at(NOW):
            lead = self._make_clicked(company_id=other.id, team_id=False)
            lead.action_set_won()
            self._collect()
        self.assertFalse(self._rows(lead))
        goal = self._make_goal(company_id=other.id)
        self.assertNotIn(goal, self.env["leadya.conversion.goal"].with_user(self.marketer).search([]))

    # ------------------------------------------------------------
    # COST
    # ------------------------------------------------------------

    def test_l13_queries_of_a_batch(self):
        """Leads of a batch are read together: fifty cost no more queries than five."""
        counts = []
        for size in (5, 50):
            with self.at(NOW):
                leads = self.env["crm.lead"].concat(*(self._make_clicked(f"c{size}x{n}") for n in range(size)))
                leads.action_set_won()
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self._collect()
                counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(leads.sudo().conversion_ids), size)
        self.assertLessEqual(counts[1], counts[0] + 5)
        self.assertLessEqual(counts[1], 60)

    def test_l13_wizard(self):
        """The wizard says how many wait, for the platform that most waits for."""
        with self.at(NOW):
            self.goal.platform = "microsoft"
            self._make_clicked("msclick1", "msclkid").action_set_won()
            self._collect()
            wizard = Form(self.env["leadya.conversion.wizard"].with_user(self.marketer))
        self.assertEqual((wizard.platform, wizard.ready_count), ("microsoft", 1))


@tagged("post_install", "-at_install")
class TestConversionDownload(HttpCase, ConversionCommon):
    """The file as a browser gets it (L13, issue 3)."""

    def test_l13_same_bytes_whenever(self):
        with self.at(NOW):
            lead = self._make_clicked()
            lead.action_set_won()
            self._collect()
            file = self._make_file()
        self.env.flush_all()
        self.marketer.password = "leadya_marketer"
        self.authenticate("leadya_marketer", "leadya_marketer")
        url = file.action_download()["url"]
        first, second = self.url_open(url), self.url_open(url)
        self.assertEqual(first.content, base64.b64decode(file.content))
        self.assertEqual(first.content, second.content)
        self.assertIn(file.name, first.headers["Content-Disposition"])
        self.rep.password = "leadya_rep"
        self.authenticate("leadya_rep", "leadya_rep")
        self.assertEqual(self.url_open(url).status_code, 404)
