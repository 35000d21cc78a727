"""Which database some tests run on."""

import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leadya_env import paths, suite


class TestPlan(unittest.TestCase):
    def test_bridges_have_their_own_database(self):
        bridge = paths.ROOT / "leadya_crm_website"
        with mock.patch.object(paths, "addons", return_value=[paths.main_addon(), bridge]):
            for tests, modules in (
                ([], ["leadya_crm"]),
                (["leadya_crm/tests/test_sla.py::TestSla"], ["leadya_crm"]),
                (["leadya_crm_website/tests"], ["leadya_crm", "leadya_crm_website"]),
            ):
                self.assertEqual(suite.plan_for(tests).modules, modules, tests)
