"""The mirror is taken from the machine's own sources, in both of apt's formats."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leadya_env import debian

DEB822 = """\
Types: deb
# a comment
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
ONE_LINE = """\
# deb http://old.example/debian stretch main
deb http://other.example/node nodistro main
deb [arch=amd64] http://mirror.example/debian bookworm-updates main
deb [arch=amd64 signed-by=/k.gpg] http://plain.example/debian bookworm main contrib
"""


class TestMirror(unittest.TestCase):
    def mirror(self, **files):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "sources.list.d").mkdir()
            for file, text in files.items():
                (folder / "sources.list.d" / file.replace("_", ".")).write_text(text)
            return debian.mirror(folder)

    def test_deb822(self):
        self.assertEqual(self.mirror(debian_sources=DEB822), "http://mirror.example/debian")

    def test_one_line(self):
        self.assertEqual(self.mirror(debian_list=ONE_LINE), "http://plain.example/debian")

    def test_disabled_files_and_entries_do_not_count(self):
        off = DEB822.replace("Types", "Enabled: no\nTypes")
        self.assertIsNone(self.mirror(debian_sources=off, other_list_disabled=ONE_LINE))
