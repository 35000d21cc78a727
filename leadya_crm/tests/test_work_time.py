from datetime import datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st
from pytz import timezone as pytz_timezone
from pytz import utc

from odoo import Command
from odoo.tests import BaseCase, TransactionCase, tagged

from odoo.addons.leadya_crm.tools.work_time import WorkTime

MINUTE = timedelta(minutes=1)


@tagged("post_install", "-at_install")
class TestWorkTime(BaseCase):
    """S9: working time is added and counted by arithmetic on one table of intervals."""

    def setUp(self):
        super().setUp()
        day = datetime(2026, 5, 13, tzinfo=timezone.utc)
        self.day = day
        self.table = WorkTime(
            [(day.replace(hour=8), day.replace(hour=12)), (day.replace(hour=13), day.replace(hour=17))],
            day + timedelta(days=1),
        )

    def add(self, hour, minute, minutes):
        stamp = self.table.add(self.day.replace(hour=hour, minute=minute), minutes * 60)
        return stamp and datetime.fromtimestamp(stamp, timezone.utc).strftime("%H:%M")

    def test_within_an_interval(self):
        self.assertEqual(self.add(9, 0, 30), "09:30")

    def test_lunch_does_not_count(self):
        self.assertEqual(self.add(11, 45, 30), "13:15")

    def test_before_work_begins(self):
        self.assertEqual(self.add(6, 0, 30), "08:30")

    def test_exactly_at_the_end_of_an_interval(self):
        self.assertEqual(self.add(11, 30, 30), "12:00")

    def test_nothing_promised(self):
        self.assertEqual(self.add(6, 0, 0), "06:00")

    def test_beyond_the_span(self):
        self.assertIsNone(self.add(16, 45, 30))

    def test_no_hours_at_all(self):
        empty = WorkTime([], self.day)
        self.assertIsNone(empty.add(self.day, 60))
        self.assertEqual(empty.seconds_between(self.day, self.day + timedelta(days=1)), 0)

    def test_seconds_between(self):
        self.assertEqual(self.table.seconds_between(self.day.replace(hour=11), self.day.replace(hour=14)), 7200)
        self.assertEqual(self.table.seconds_between(self.day.replace(hour=14), self.day.replace(hour=11)), 0)


@tagged("post_install", "-at_install")
class TestWorkTimeAgainstOdoo(TransactionCase):
    """S9: deadlines and working minutes are Odoo's own, to the minute, on random calendars."""

    ZONES = ("UTC", "Asia/Jerusalem", "Europe/Berlin", "America/New_York", "Asia/Kolkata")

    def _make_calendar(self, zone, blocks, leaves, start):
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Random",
                "tz": zone,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": "x",
                            "dayofweek": str(day),
                            "hour_from": begin,
                            "hour_to": end,
                            "day_period": "morning",
                        }
                    )
                    for day, begin, end in blocks
                ],
            }
        )
        self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": "holiday",
                    "calendar_id": calendar.id,
                    "company_id": calendar.company_id.id,
                    "date_from": start + timedelta(hours=offset),
                    "date_to": start + timedelta(hours=offset + length),
                }
                for offset, length in leaves
            ]
        )
        return calendar

    blocks = st.sets(
        st.tuples(st.integers(0, 6), st.sampled_from([(8, 12), (9, 12.5), (13, 17), (14, 18.25)])), min_size=1
    )

    @settings(max_examples=40, deadline=None, derandomize=True)
    @given(
        zone=st.sampled_from(ZONES),
        blocks=blocks,
        leaves=st.lists(st.tuples(st.integers(-48, 400), st.integers(1, 72)), max_size=3),
        # Around both changes of clocks, and an ordinary week.
        day=st.sampled_from([datetime(2026, 3, 25), datetime(2026, 10, 22), datetime(2026, 5, 11)]),
        offset=st.integers(0, 14 * 24 * 60),
        minutes=st.integers(1, 3 * 24 * 60),
    )
    def test_same_as_plan_hours(self, zone, blocks, leaves, day, offset, minutes):
        hours = [(weekday, *span) for weekday, span in self._without_overlap(blocks)]
        with self.env.cr.savepoint() as savepoint:
            calendar = self._make_calendar(zone, hours, leaves, day)
            start = utc.localize(day + offset * MINUTE)
            [stamp] = calendar._leadya_plan([start], [minutes])
            planned = calendar.plan_hours(minutes / 60, start, compute_leaves=True)
            self.assertTrue(stamp)
            ours = datetime.fromtimestamp(stamp, timezone.utc)
            if abs(ours - planned.astimezone(timezone.utc)) >= MINUTE:
                # plan_hours drifts past the end of an interval by a float (performance.md, "Traps"):
                # then both moments hold the same working time, which is what was promised.
                worked = [calendar.get_work_hours_count(start, end) * 60 for end in (ours, planned)]
                self.assertAlmostEqual(worked[0], minutes, delta=0.01)
                self.assertAlmostEqual(worked[0], worked[1], delta=0.01)
            table = calendar._leadya_work_time(start, ours)
            self.assertAlmostEqual(
                table.seconds_between(start, ours) / 60, calendar.get_work_hours_count(start, ours) * 60, delta=0.01
            )
            savepoint.rollback()

    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(
        zone=st.sampled_from(ZONES),
        blocks=blocks,
        leaves=st.lists(st.tuples(st.integers(-48, 400), st.integers(1, 72)), max_size=2),
        day=st.sampled_from([datetime(2026, 3, 25), datetime(2026, 10, 22), datetime(2026, 5, 11)]),
        promised=st.integers(1, 2 * 24 * 60),
        # After so many minutes on the wall the customer is waited for, and then for so long.
        pauses=st.lists(st.tuples(st.integers(0, 3 * 24 * 60), st.integers(1, 4 * 24 * 60)), max_size=3),
        percent=st.integers(1, 300),
    )
    def test_used_and_left_is_what_was_promised(self, zone, blocks, leaves, day, promised, pauses, percent):
        """However often the customer was waited for, and whatever the clocks did meanwhile (S9, issue 6)."""
        hours = [(weekday, *span) for weekday, span in self._without_overlap(blocks)]
        with self.env.cr.savepoint() as savepoint:
            calendar = self._make_calendar(zone, hours, leaves, day)
            clock = self._make_clock(calendar, day, promised, percent)

            def worked(start, end):
                return calendar.get_work_hours_count(utc.localize(start), utc.localize(end)) * 60

            now, used, open_spans = day, 0, []
            for wall, length in pauses:
                begin, stop = now + wall * MINUTE, now + (wall + length) * MINUTE
                open_spans.append((now, begin))
                used += worked(now, begin)
                clock._pause(begin, stop)
                clock._resume(stop)
                now = stop
                if used < promised - 1:
                    self.assertAlmostEqual(used + worked(now, clock.deadline), promised, delta=0.2)
                    self.assertNotEqual(clock.state, "breached")
            open_spans.append((now, max(now, clock.escalation_at)))
            clock._schedule_escalation()
            spent = sum(
                worked(start, min(end, clock.escalation_at)) for start, end in open_spans if start < clock.escalation_at
            )
            self.assertAlmostEqual(spent, promised * percent / 100, delta=0.2)
            savepoint.rollback()

    def _make_clock(self, calendar, start, promised, percent):
        category = self.env["leadya.sla.category"].create(
            {
                "name": "Random",
                "calendar_id": calendar.id,
                "response_minutes": promised,
                "escalation_ids": [Command.create({"percent": percent})],
            }
        )
        lead = self.env["crm.lead"].with_context(leadya_skip_intake=True).create({"name": "Random"})
        [deadline] = calendar._leadya_plan([utc.localize(start)], [promised])
        return self.env["leadya.sla.clock"].create(
            {
                "lead_id": lead.id,
                "category_id": category.id,
                "start_at": start,
                "deadline": datetime.fromtimestamp(deadline, timezone.utc).replace(tzinfo=None),
            }
        )

    def _without_overlap(self, blocks):
        """Odoo refuses attendances that overlap: of those that do, the first is kept."""
        kept = []
        for weekday, span in sorted(blocks):
            if not any(day == weekday and span[0] < other[1] and other[0] < span[1] for day, other in kept):
                kept.append((weekday, span))
        return kept

    def test_one_table_for_a_batch(self):
        """Deadlines of a thousand leads cost no more queries than those of one."""
        calendar = self.env.company.resource_calendar_id
        start = pytz_timezone("UTC").localize(datetime(2026, 5, 13, 10))
        calendar._leadya_plan([start], [30])
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        calendar._leadya_plan([start], [30])
        one = self.env.cr.sql_log_count - before
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        calendar._leadya_plan([start + index * MINUTE for index in range(1000)], [30] * 1000)
        self.assertEqual(self.env.cr.sql_log_count - before, one)
