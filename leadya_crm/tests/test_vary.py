from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.leadya_crm.tools.vary import part_of, vary
from odoo.addons.leadya_crm.tools.work_time import WorkTime

UTC = timezone.utc
MONDAY = datetime(2026, 5, 11, tzinfo=UTC)


def at(day, hour, minute=0):
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


TABLE = WorkTime([(at(day, start), at(day, stop)) for day in range(5) for start, stop in ((8, 12), (13, 18))], at(7, 0))


@tagged("post_install", "-at_install")
class TestVary(BaseCase):
    """P4 S10: who did not answer is tried at another time of day."""

    def test_morning_then_afternoon(self):
        self.assertEqual(vary(TABLE, at(0, 10), [at(0, 9)], UTC), at(0, 13))

    def test_another_day_among_equals(self):
        """Morning and early afternoon were tried: the late afternoon is left; tomorrow's, as today was tried twice."""
        self.assertEqual(vary(TABLE, at(0, 15), [at(0, 9), at(0, 14)], UTC), at(1, 16))

    def test_nothing_tried_keeps_the_time(self):
        self.assertEqual(vary(TABLE, at(0, 10, 20), [], UTC), at(0, 10, 20))

    def test_local_time(self):
        """Nine in the morning in UTC is noon in Jerusalem."""
        zone = ZoneInfo("Asia/Jerusalem")
        self.assertEqual(part_of(at(0, 8, 59).astimezone(zone)), 0)
        self.assertEqual(part_of(at(0, 9).astimezone(zone)), 1)

    def test_no_working_hours(self):
        self.assertEqual(vary(WorkTime([], at(7, 0)), at(0, 10), [at(0, 9)], UTC), at(0, 10))

    @given(st.integers(0, 4 * 24 * 60), st.lists(st.integers(0, 4 * 24 * 60), max_size=6))
    def test_always_in_working_time_and_never_early(self, minutes, tried):
        due = MONDAY + timedelta(minutes=minutes)
        moment = vary(TABLE, due, [MONDAY + timedelta(minutes=item) for item in tried], UTC)
        self.assertGreaterEqual(moment, due)
        self.assertLess(moment - due, timedelta(days=2))
        if moment != due:
            self.assertTrue(any(begin <= moment < stop for begin, stop in TABLE.spans(MONDAY, at(7, 0))))
