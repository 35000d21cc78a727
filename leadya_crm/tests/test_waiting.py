from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.leadya_crm.tools.waiting import split_waiting
from odoo.addons.leadya_crm.tools.work_time import WorkTime

DAY = datetime(2026, 5, 13, tzinfo=timezone.utc)


def at(hour, minute=0):
    return DAY + timedelta(hours=hour, minutes=minute)


TABLE = WorkTime([(at(day * 24 + 8), at(day * 24 + 16)) for day in range(10)], at(240))
MOMENT = st.integers(0, 200 * 60).map(lambda minutes: at(0, minutes))


@tagged("post_install", "-at_install")
class TestWaiting(BaseCase):
    """S9: the time of a promise, split by who was waited for."""

    def test_split(self):
        """Arrives at 7:00, given out at 8:30, paused from 9:00 to 10:00, answered at 11:00."""
        waiting = split_waiting(TABLE, at(7), at(11), at(8, 30), [(at(9), at(10))])
        self.assertEqual((waiting.assignment, waiting.rep, waiting.customer, waiting.off_hours), (30, 90, 60, 60))
        self.assertEqual((waiting.wall, waiting.used), (240, 120))

    def test_never_assigned(self):
        waiting = split_waiting(TABLE, at(8), at(10))
        self.assertEqual((waiting.assignment, waiting.rep), (120, 0))

    def test_nothing_waited(self):
        self.assertEqual(split_waiting(TABLE, at(10), at(9)).wall, 0)

    @given(MOMENT, MOMENT, st.none() | MOMENT, st.lists(MOMENT, max_size=6, unique=True))
    def test_parts_add_up(self, start, end, assigned_at, moments):
        moments = sorted(moments)
        pauses = list(zip(moments[::2], moments[1::2], strict=False))
        waiting = split_waiting(TABLE, start, end, assigned_at, pauses)
        wall = max(0, (end - start).total_seconds() / 60)
        self.assertAlmostEqual(waiting.wall, wall, 6)
        for part in (waiting.assignment, waiting.rep, waiting.customer, waiting.off_hours):
            self.assertGreaterEqual(part, -1e-6)
