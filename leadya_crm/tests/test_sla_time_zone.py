import random
from datetime import date, datetime, timedelta, timezone

from odoo import Command
from odoo.tests import BaseCase, tagged

from ..tools.zones import get_customer_zone
from .common import NOW
from .test_sla_edges import EdgeCommon

NEW_YORK, TOKYO = "America/New_York", "Asia/Tokyo"


@tagged("post_install", "-at_install")
class TestZones(BaseCase):
    """S1 S9: the customer's zone, from the contact's zone and the country."""

    def test_known(self):
        for own, country, zone in (
            (NEW_YORK, None, NEW_YORK),
            (NEW_YORK, "US", NEW_YORK),
            ("US/Eastern", "us", "US/Eastern"),
            (None, "IL", "Asia/Jerusalem"),
            ("", "DE", "Europe/Berlin"),
        ):
            with self.subTest(own=own, country=country):
                self.assertEqual(get_customer_zone(own, country, 2026), zone)

    def test_unknown(self):
        for own, country in ((None, None), (None, "US"), (None, "AU"), (None, "ZZ"), ("Mars/Base", "US"), ("../x", "")):
            with self.subTest(own=own, country=country):
                self.assertIsNone(get_customer_zone(own, country, 2026))

    def test_zone_of_whoever_added_the_contact(self):
        """Odoo gives new contacts the user's zone: clocks that are shown nowhere in their country do not count."""
        self.assertEqual(get_customer_zone("Asia/Jerusalem", "DE", 2026), "Europe/Berlin")
        self.assertIsNone(get_customer_zone("Asia/Jerusalem", "US", 2026))


@tagged("post_install", "-at_install")
class TestSlaTimeZone(EdgeCommon):
    """S1 S9, issue 6 "the customer's or the team's time zone": hours by the clock on the customer's wall."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category.time_zone = "customer"
        cls.partner = cls.env["res.partner"].create({"name": "Customer", "tz": NEW_YORK})

    def make_there(self, moment=NOW, zone=NEW_YORK, **values):
        self.partner.tz = zone
        return self.make(moment, partner_id=self.partner.id, **values)

    def test_promise(self):
        """At six in New York nobody answers yet: by half past eight there."""
        lead, clock = self.make_there()
        self.assertEqual((clock.time_zone, clock.deadline), (NEW_YORK, datetime(2026, 5, 13, 12, 30)))
        self.assertEqual(clock.at_risk_at, datetime(2026, 5, 13, 12, 15))
        [explanation] = self.explanations(lead, "clock")
        self.assertIn("of the customer's day (America/New_York)", explanation)

    def test_calendars_own(self):
        """Unless the category says so, the contact's zone does not matter."""
        self.category.time_zone = "calendar"
        _lead, clock = self.make_there()
        self.assertEqual((clock.time_zone, clock.deadline), (False, NOW + timedelta(minutes=30)))

    def test_across_midnight(self):
        """Seven in the evening in Tokyo: tomorrow's morning there is today's night here."""
        _lead, clock = self.make_there(zone=TOKYO)
        self.assertEqual(clock.deadline, datetime(2026, 5, 13, 23, 30))
        # Monday morning there is Sunday here; Saturday there begins on Friday here.
        _lead, clock = self.make_there(datetime(2026, 5, 15, 16, 0), TOKYO)
        self.assertEqual(clock.deadline, datetime(2026, 5, 17, 23, 30))

    def test_dst(self):
        """In New York clocks went forward on 8 March 2026, and back on 1 November: here they never do."""
        for arrival, deadline in (
            (datetime(2026, 3, 6, 21, 45), datetime(2026, 3, 9, 12, 15)),
            (datetime(2026, 10, 30, 20, 45), datetime(2026, 11, 2, 13, 15)),
        ):
            _lead, clock = self.make_there(arrival)
            self.assertEqual(clock.deadline, deadline)

    def test_country(self):
        """Without a contact's zone the country tells it, where all of it shows the same time."""
        for country, zone in (("base.jp", TOKYO), ("base.de", "Europe/Berlin"), ("base.us", False)):
            _lead, clock = self.make(country_id=self.env.ref(country).id)
            self.assertEqual(clock.time_zone, zone)
        self.assertEqual(clock.deadline, NOW + timedelta(minutes=30), "the calendar's own where it is not known")

    def test_unknown_zone_on_the_contact(self):
        """What an old database or an import left there promises by the calendar's own."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET tz = 'Mars/Base' WHERE id = %s", [self.partner.id])
        self.partner.invalidate_recordset()
        _lead, clock = self.make(partner_id=self.partner.id)
        self.assertEqual((clock.time_zone, clock.deadline), (False, NOW + timedelta(minutes=30)))

    def test_unknown_zone_on_the_promise(self):
        """A zone that a later version no longer knows leaves the calendar's own."""
        lead, clock = self.make_there(datetime(2026, 5, 13, 13, 0))
        clock.time_zone = "Mars/Base"
        self.log(lead, datetime(2026, 5, 13, 13, 20))
        self.assertEqual((clock.state, clock.working_minutes), ("met", 20))

    def test_who_moves_rewrites_nothing(self):
        """Twenty minutes were left: after the pause they are counted where the promise was made."""
        lead, clock = self.make_there(datetime(2026, 5, 13, 13, 0))
        self.wait(lead, datetime(2026, 5, 13, 13, 10), datetime(2026, 5, 13, 22, 0))
        self.partner.write({"tz": TOKYO, "country_id": self.env.ref("base.jp").id})
        self.assertEqual(clock.time_zone, NEW_YORK)
        self.run_cron(datetime(2026, 5, 13, 22, 0))
        self.assertEqual((clock.state, clock.deadline), ("running", datetime(2026, 5, 14, 12, 20)))

    def test_measured_there(self):
        """An hour and ten minutes on the wall; the first forty were before the day began there."""
        lead, clock = self.make_there(datetime(2026, 5, 13, 11, 20))
        self.log(lead, datetime(2026, 5, 13, 12, 30))
        self.assertEqual(
            (clock.state, clock.wall_minutes, clock.working_minutes, clock.waited_off_hours), ("met", 70, 30, 40)
        )

    def test_escalated_there(self):
        self.escalate_at(50, 200)
        lead, clock = self.make_there()
        self.assertEqual(clock.escalation_at, datetime(2026, 5, 13, 12, 15))
        self.run_cron(datetime(2026, 5, 13, 12, 15))
        self.assertEqual(self.told(lead, "escalated_leader"), 1)
        self.assertEqual(clock.escalation_at, datetime(2026, 5, 13, 13, 0))

    def test_follow_up_and_stage(self):
        """The next try, its promise and the time in the stage run by the same clock."""
        stage = self.env["crm.stage"].search([("team_ids", "=", False)], limit=1)
        self.category.stage_limit_ids = [Command.create({"stage_id": stage.id, "hours": 8})]
        self.category.step_ids.vary_time = False
        lead, _clock = self.make_there(stage_id=stage.id)
        self.log(lead, NOW + timedelta(minutes=10), "no_answer")
        clocks = {clock.kind: clock for clock in lead.sla_clock_ids}
        self.assertEqual(clocks["stage"].deadline, datetime(2026, 5, 13, 21, 0))
        self.assertEqual(clocks["follow_up"].deadline, datetime(2026, 5, 13, 14, 0))
        self.assertEqual({clock.time_zone for clock in clocks.values()}, {NEW_YORK})

    def test_other_time_of_their_day(self):
        """L10: who did not answer in the morning is tried in the afternoon, both of them theirs."""
        self.category.step_ids.vary_time = True
        lead, _clock = self.make_there()
        self.log(lead, datetime(2026, 5, 13, 12, 10), "no_answer")
        there = lead.next_action_at - timedelta(hours=4)
        self.assertGreaterEqual(there.hour, 13)
        self.assertLess(there.hour, 17)

    def test_back_from_rest(self):
        """L8: a lead that rested comes back when the day begins there."""
        lead, _clock = self.make_there()
        with self.at(NOW):
            lead.with_user(self.rep)._leadya_start_nurture(date(2026, 6, 1))
        self.assertEqual(lead.nurture_resume_at, datetime(2026, 6, 1, 12, 0))

    def test_recomputed_when_the_manager_says_so(self):
        """Z7: a category that changes its clock rewrites no promise by itself."""
        self.category.time_zone = "calendar"
        _lead, clock = self.make_there()
        for time_zone, zone, deadline in (
            ("customer", NEW_YORK, datetime(2026, 5, 13, 12, 30)),
            ("calendar", False, NOW + timedelta(minutes=30)),
        ):
            before = clock.deadline
            self.category.time_zone = time_zone
            self.assertEqual(clock.deadline, before)
            with self.at(NOW + timedelta(minutes=1)):
                self.category.with_user(self.manager).action_recompute_promises()
            self.assertEqual((clock.time_zone, clock.deadline), (zone, deadline))

    def test_recomputed_after_the_contact_moved(self):
        """The zone that was found stays with the promise."""
        _lead, clock = self.make_there()
        self.partner.tz = TOKYO
        self.category.response_minutes = 60
        with self.at(NOW + timedelta(minutes=1)):
            self.category.with_user(self.manager).action_recompute_promises()
        self.assertEqual((clock.time_zone, clock.deadline), (NEW_YORK, datetime(2026, 5, 13, 13, 0)))

    def test_merged(self):
        """C3: of two promises the one due first stays, by the clock it was made by, and so it does when undone."""
        head, later = self.make_there(zone=TOKYO)
        self.partner = self.partner.copy({"tz": NEW_YORK})
        tail, sooner = self.make_there()
        with self.at(NOW + timedelta(minutes=5)):
            merge = (head | tail).with_user(self.manager)._leadya_merge(head)
        self.assertEqual((later.state, sooner.state), ("cancelled", "running"))
        self.assertEqual((sooner.lead_id, sooner.time_zone), (head, NEW_YORK))
        self.assertEqual(head.sla_deadline, datetime(2026, 5, 13, 12, 30))
        with self.at(NOW + timedelta(minutes=6)):
            merge.action_undo()
        self.assertEqual((head.sla_deadline, later.time_zone), (datetime(2026, 5, 13, 23, 30), TOKYO))

    def make_batch(self, size, zones=(NEW_YORK, TOKYO, False)):
        partners = self.env["res.partner"].create([{"name": "Customer", "tz": zone} for zone in zones])
        with self.at(NOW):
            leads = self._make_leads([{"user_id": self.rep.id, "partner_id": p.id} for p in partners] * size)
            self.env.flush_all()
        return leads

    def test_zones_in_one_batch(self):
        """One calendar in three zones: each promise, its pause and its minutes by its own."""
        leads = self.make_batch(2)
        clocks = leads.sudo().sla_clock_ids.sorted(lambda clock: clock.lead_id.id)
        expected = [datetime(2026, 5, 13, 12, 30), datetime(2026, 5, 13, 23, 30), datetime(2026, 5, 13, 10, 30)]
        self.assertEqual(clocks.mapped("deadline"), expected * 2)
        clocks._pause(NOW, NOW + timedelta(hours=1))
        clocks._resume(NOW + timedelta(hours=1))
        self.assertEqual(clocks.mapped("deadline"), [*expected[:2], datetime(2026, 5, 13, 11, 30)] * 2)
        measured = clocks._measure(NOW + timedelta(hours=3))
        self.assertEqual([round(measured[clock].used + measured[clock].customer) for clock in clocks], [60, 0, 120] * 2)

    def test_query_budget(self):
        """Sixty promises in three zones cost a few queries a zone more than in one, and none a lead."""
        counts = []
        for time_zone in ("calendar", "calendar", "customer"):
            self.category.time_zone = time_zone
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            leads = self.make_batch(20)
            leads.sudo().sla_clock_ids._measure(NOW + timedelta(minutes=5))
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 30)

    def test_equal_to_a_calendar_of_that_zone(self):
        """Whatever the moment, deadlines are those that Odoo plans in the same hours there."""
        rng = random.Random(6)
        first = datetime(2026, 1, 1, tzinfo=timezone.utc)
        starts = [first + timedelta(minutes=rng.randrange(365 * 24 * 60)) for _number in range(60)]
        minutes = [rng.randrange(1, 3000) for _start in starts]
        for zone in (NEW_YORK, TOKYO, "Asia/Kathmandu", "Australia/Lord_Howe"):
            there = self._make_calendar(tz=zone, name=zone)
            planned = self.calendar.with_context(leadya_tz=zone)._leadya_plan(starts, minutes)
            for start, amount, stamp in zip(starts[:15], minutes, planned, strict=False):
                self.assertEqual(stamp, there.plan_hours(amount / 60, start, compute_leaves=True).timestamp())
            self.assertEqual(planned, there._leadya_plan(starts, minutes))
