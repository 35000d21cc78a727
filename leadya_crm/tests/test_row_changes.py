import json

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.row_changes import by_number, compare, take_back

VALUES = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b"])
ROWS = st.dictionaries(st.integers(1, 6), st.fixed_dictionaries({"lead_id": VALUES, "state": VALUES, "note": VALUES}))


@tagged("post_install", "-at_install")
class TestRowChanges(BaseCase):
    """The arithmetic of a merge that can be undone (issue 7, "doors"; field.md 13)."""

    @settings(deadline=None, derandomize=True)
    @given(before=ROWS, after=ROWS)
    def test_undo_at_once_gives_back_all(self, before, after):
        """Whatever was changed, added or removed: taken back at once, the rows are as they were."""
        changes = json.loads(json.dumps(compare(before, after)))
        current = {row_id: dict(row) for row_id, row in after.items()}
        restored, kept, gone = take_back(by_number(changes["changed"]), current)
        self.assertFalse(kept or gone)
        for row_id, values in restored.items():
            current[row_id].update(values)
        for row_id in changes["added"]:
            del current[row_id]
        current |= by_number(changes["removed"])
        self.assertEqual(current, before)

    @settings(deadline=None, derandomize=True)
    @given(before=ROWS, after=ROWS, later=ROWS)
    def test_later_changes_are_kept(self, before, after, later):
        """Every column ends as it was before or as it was set later, and the latter are told."""
        changed = compare(before, after)["changed"]
        restored, kept, gone = take_back(changed, later)
        for row_id, columns in changed.items():
            if row_id not in later:
                self.assertIn(row_id, gone)
                continue
            for name, (old, new) in columns.items():
                now = later[row_id][name]
                if now == new:
                    self.assertEqual(restored[row_id][name], old)
                elif now != old:
                    self.assertIn(name, kept[row_id])
