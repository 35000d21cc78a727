"""Stamps and atomic files."""

import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leadya_env import cache, paths


class TestCache(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        patch = mock.patch.object(paths, "STAMPS", self.folder / "stamps")
        patch.start()
        self.addCleanup(patch.stop)

    def test_stamp_holds_for_the_same_inputs_only(self):
        self.assertFalse(cache.stamped("step", "a"))
        cache.stamp("step", "a")
        self.assertTrue(cache.stamped("step", "a"))
        self.assertFalse(cache.stamped("step", "b"))
        cache.unstamp("step")
        self.assertFalse(cache.stamped("step", "a"))

    def test_broken_stamp_counts_as_none(self):
        cache.stamp("step", "a")
        (paths.STAMPS / "step.json").write_text("{half")
        self.assertFalse(cache.stamped("step", "a"))

    def test_digest_follows_contents_and_names(self):
        (self.folder / "one").write_text("1")
        before = cache.digest(self.folder)
        (self.folder / "one").write_text("2")
        self.assertNotEqual(cache.digest(self.folder), before)
        (self.folder / "one").write_text("1")
        self.assertEqual(cache.digest(self.folder), before)
        (self.folder / "one").rename(self.folder / "two")
        self.assertNotEqual(cache.digest(self.folder), before)

    def test_write_leaves_an_equal_file_alone(self):
        target = self.folder / "file"
        cache.write_atomically(target, "text")
        before = target.stat().st_mtime_ns
        cache.write_atomically(target, "text")
        self.assertEqual(target.stat().st_mtime_ns, before)
        cache.write_atomically(target, "text", 0o600)
        self.assertEqual(target.stat().st_mode & 0o777, 0o600)

    def test_replace_tree(self):
        for name in ("new", "target"):
            (self.folder / name).mkdir()
            (self.folder / name / name).touch()
        cache.replace_tree(self.folder / "new", self.folder / "target")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["target"])
        self.assertTrue((self.folder / "target" / "new").exists())
