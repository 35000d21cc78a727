from hypothesis import given
from hypothesis import strategies as st
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..tools.verdict import VERDICTS, Figures, Limits, judge, wilson_interval
from .figures_common import TODAY, FiguresCommon

SHARES = st.floats(0, 1)
FIGURES = st.builds(
    lambda spent, leads, judged, good: Figures(spent, leads, leads * judged, leads * judged * good),
    st.floats(0, 1e6),
    st.floats(0, 1e4),
    SHARES,
    SHARES,
)
ACCOUNT = Figures(spent=3100, leads=100, trials=100, good=31)


@tagged("leadya", "post_install", "-at_install")
class TestVerdictStatistics(BaseCase):
    """L13: a verdict respects small numbers."""

    def verdict(self, spent, leads, good, trials=None, **limits):
        figures = Figures(spent, leads, leads if trials is None else trials, good)
        return judge(figures, ACCOUNT, Limits(**limits))[:2]

    def test_wilson_by_the_book(self):
        """Brown, Cai and DasGupta, 2001, and R's prop.test without correction: 0 of 9, 5 of 10, 81 of 263."""
        for good, trials, low, high in ((0, 9, 0.0, 0.29914), (5, 10, 0.23659, 0.76341), (81, 263, 0.25527, 0.36618)):
            found = wilson_interval(good, trials, 0.95)
            self.assertAlmostEqual(found[0], low, 3)
            self.assertAlmostEqual(found[1], high, 3)

    @given(st.floats(0, 1), st.floats(0, 5000), st.floats(0.5, 0.99))
    def test_interval_holds_the_rate(self, share, trials, confidence):
        low, high = wilson_interval(share * trials, trials, confidence)
        self.assertTrue(0 <= low <= high <= 1)
        if trials > 1e-6:
            self.assertTrue(low - 1e-9 <= share <= high + 1e-9)

    @given(FIGURES, FIGURES)
    def test_whatever_comes_is_judged(self, keyword, account):
        self.assertIn(judge(keyword, account, Limits()).verdict, VERDICTS)

    def test_the_example(self):
        """214 spent, 9 leads, none fit; the account's rate is 31 %."""
        self.assertEqual(self.verdict(214, 9, 0), ("stop", "none"))

    def test_small_numbers_say_nothing(self):
        self.assertEqual(self.verdict(50, 2, 0), ("not_enough_data", "few"))
        self.assertEqual(self.verdict(50, 1, 1), ("not_enough_data", "few"))
        self.assertEqual(self.verdict(300, 20, 0, trials=0), ("not_enough_data", "few"))

    def test_scale_keep_watch(self):
        self.assertEqual(self.verdict(900, 20, 15), ("scale", "rate"))
        self.assertEqual(self.verdict(4000, 20, 15), ("watch", "dear"), "surely better, and too dear")
        self.assertEqual(self.verdict(310, 10, 3), ("keep", "rate"))
        self.assertEqual(self.verdict(900, 6, 2), ("watch", "dear"))
        self.assertEqual(self.verdict(0, 30, 0), ("watch", "none"), "nothing to stop where nothing is paid")

    def test_money_without_leads(self):
        """The rule of three: nothing for the price of three leads is no accident."""
        self.assertEqual(self.verdict(60, 0, 0), ("not_enough_data", "no_lead"))
        self.assertEqual(self.verdict(93, 0, 0), ("stop", "no_lead"))
        self.assertEqual(self.verdict(0, 0, 0), ("not_enough_data", "nothing"))

    def test_own_targets(self):
        self.assertEqual(self.verdict(310, 10, 3, target_rate=0.9)[0], "stop")
        self.assertEqual(self.verdict(310, 10, 3, target_cost=10)[0], "watch")


@tagged("leadya", "post_install", "-at_install")
class TestVerdictRule(FiguresCommon):
    """L13: keywords are judged by the admin's rules, and the marketer is told of changes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("leadya_crm.verdict_rule_all")
        cls.rule.write({"mode": "on", "user_id": cls.marketer.id})
        for state in ["fit"] * 6 + ["unfit"] * 2:
            cls._make_touched(cls.boiler, triage_state=state)
        for _number in range(9):
            cls._make_touched(cls.pipes, triage_state="unfit")
        cls.env["leadya.ad.cost"].search([("keyword_id", "=", cls.pipes.id)]).cost = 214

    def judge(self):
        with self.at(TODAY), self.enter_registry_test_mode():
            self.env.ref("leadya_crm.ir_cron_leadya_judge_keywords").method_direct_trigger()
        self.env.invalidate_all()

    def test_l13_cron(self):
        """L13: verdict, and the reason in one sentence; one activity for all that changed."""
        self.judge()
        self.assertEqual((self.boiler.verdict, self.pipes.verdict), ("scale", "stop"))
        self.assertEqual(self.pipes.verdict_at, TODAY)
        currency = self.company.currency_id
        spent = self.pipes.with_user(self.marketer).verdict_reason.replace("\xa0", " ")
        self.assertIn("214.00", spent)
        self.assertTrue(spent.endswith("spent, 9 leads, none fit in 60 days; the account's rate is 35 %"), spent)
        self.assertIn(currency.symbol, spent)
        [activity] = self.rule.activity_ids
        self.assertEqual(activity.user_id, self.marketer)
        self.assertLess(activity.note.index("[pipes]"), activity.note.index("[boiler]"), "the dearer first")
        self.judge()
        self.assertEqual(self.rule.activity_ids, activity, "nothing changed, nothing is told")

    def test_l13_further_changes_join_the_open_activity(self):
        self.judge()
        for _number in range(12):
            self._make_touched(self.pipes, triage_state="fit")
        self.judge()
        self.assertNotEqual(self.pipes.verdict, "stop")
        [activity] = self.rule.activity_ids
        self.assertEqual(activity.note.count("[pipes]"), 2)

    def test_z7_trial_and_off(self):
        """Z7 L13: on trial keywords are judged and nobody is told; off leaves them as they are."""
        self.rule.mode = "off"
        self.judge()
        self.assertFalse(self.pipes.verdict)
        self.rule.mode = "trial"
        self.judge()
        self.assertEqual(self.pipes.verdict, "stop")
        self.assertFalse(self.rule.activity_ids)
        self.assertIn("[pipes]", self.rule.message_ids[0].body)

    def test_l13_nothing_known_any_more(self):
        """L13: a verdict is taken back once its days are over."""
        self.judge()
        self.costs.date_from = self.costs.date_to = "2025-01-01"
        self.env.cr.execute("UPDATE crm_lead SET create_date = '2025-01-01'")
        self.judge()
        self.assertEqual(self.pipes.verdict, "not_enough_data")
        self.assertIn("No cost and no lead", self.pipes.verdict_reason)

    def test_l16_brand_by_a_rule_of_its_own(self):
        """L16: brand keywords are not compared with generic ones."""
        self.env["leadya.brand.term"].create({"name": "boiler"})
        self.assertTrue(self.boiler.is_brand)
        self.rule.scope = "generic"
        self.judge()
        self.assertFalse(self.boiler.verdict)
        self.assertEqual(self.pipes.verdict_reason.split("; ")[1], "the account's rate is 0 %")

    def test_c1_each_company_its_own(self):
        """C1: another company's verdict is its own."""
        self.judge()
        other = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self.pipes.with_company(other).verdict)
        self.assertIn(self.pipes, self.env["leadya.keyword"].search([("verdict", "=", "stop")]))

    def test_c9_rights(self):
        """C9: reps read the verdict, and neither reason nor rules; only a manager judges."""
        self.judge()
        pipes = self.pipes.with_user(self.rep)
        self.assertEqual(pipes.verdict, "stop")
        for name in ("verdict_reason", "verdict_facts"):
            with self.assertRaises(AccessError):
                pipes.read([name])
        with self.assertRaises(AccessError):
            self.rule.with_user(self.rep).read(["days"])
        with self.assertRaises(AccessError):
            self.rule.with_user(self.marketer).action_judge()
        with self.at(TODAY):
            self.assertEqual(self.rule.with_user(self.manager).action_judge()["tag"], "display_notification")

    def test_reason_in_the_readers_language(self):
        self.judge()
        self.env["res.lang"]._activate_lang("he_IL")
        for lang in ("en_US", "he_IL"):
            self.assertIn("214", self.pipes.with_context(lang=lang).verdict_reason)

    def test_sane_limits(self):
        for values in ({"days": 0}, {"confidence": 100}, {"min_leads": 0}, {"target_rate": 101}, {"stop_ratio": -1}):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.rule.write(values)
                self.env.flush_all()

    def test_query_budget(self):
        """L13: judging costs queries by batch, not by keyword."""
        keywords = self.env["leadya.keyword"].create([{"name": f"word {number}"} for number in range(100)])
        self._make_costs(dict.fromkeys(keywords, 500.0))
        with self.at(TODAY):
            before = self.cr.sql_log_count
            self.env["leadya.verdict.rule"]._judge_company(self.company)
            self.env.flush_all()
        self.assertLess(self.cr.sql_log_count - before, 80)
        self.assertEqual(set(keywords.mapped("verdict")), {"not_enough_data"}, "the account pays 2,960 for a lead")
