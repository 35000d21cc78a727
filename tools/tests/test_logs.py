"""Which warnings count."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leadya_env import logs, paths

HEAD = "2026-01-02 03:04:05,678 42"


class TestLogs(unittest.TestCase):
    def read(self, *lines):
        with tempfile.NamedTemporaryFile("w", suffix=".log") as file:
            file.write("\n".join(lines))
            file.flush()
            return logs.unexpected(Path(file.name)), logs.ours(Path(file.name))

    def test_information_does_not_count(self):
        self.assertEqual(self.read(f"{HEAD} INFO leadya_test odoo.modules: Loading leadya_crm"), ([], []))

    def test_database_name_and_checkout_are_not_ours(self):
        line = f"{HEAD} WARNING leadya_test odoo.x: {paths.CACHE}/odoo/mail.py is old"
        self.assertEqual([len(found) for found in self.read(line)], [1, 0])

    def test_addon_is_ours(self):
        line = f"{HEAD} WARNING db odoo.addons.leadya_crm.models.x: oh"
        self.assertEqual([len(found) for found in self.read(line)], [1, 1])

    def test_traceback_belongs_to_its_record(self):
        found, ours = self.read(
            f"{HEAD} ERROR db odoo.http: Exception",
            "Traceback:",
            '  File "/x/leadya_crm/models/x.py"',
            f"{HEAD} INFO db odoo: ok",
        )
        self.assertEqual((len(found), len(ours)), (1, 1))
        self.assertIn("models/x.py", ours[0])
