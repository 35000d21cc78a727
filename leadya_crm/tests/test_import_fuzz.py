"""Issue 7, "Bad input and attack": generated broken files, see ``fuzz_spreadsheet.py``."""

import base64
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import BaseCase, TransactionCase, tagged

from . import fuzz_spreadsheet
from .fuzz_spreadsheet import COUNT, BrokenFiles
from .import_common import ImportCommon

#: Of these, each is brought in through the whole door.
IMPORTED = range(30, 230)


@tagged("leadya", "leadya_fuzz", "post_install", "-at_install")
class TestBrokenFiles(BaseCase):
    def test_l2_broken_files_are_read_or_refused(self):
        """L2: 2,000 broken files end in rows or one clear error, and none takes the machine for itself."""
        # In a process of its own: what a file would do to the server, it does to that one.
        command = [sys.executable, fuzz_spreadsheet.__file__, "0", str(COUNT)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        last = next((line["begun"] for line in reversed(lines) if "begun" in line), None)
        self.assertFalse(done.returncode, f"File {last} ended the process: {done.stderr[-2000:]}")
        self.assertFalse([line for line in lines if "faults" in line])
        seen = lines[-1]["seen"]
        self.assertEqual(sum(seen.values()), COUNT)
        # The damage leaves many files readable, and is of many kinds: else the test would show little.
        self.assertGreater(seen["rows"], COUNT / 10)
        self.assertGreater(len(seen), 10)


@tagged("leadya", "leadya_fuzz", "post_install", "-at_install")
class TestBrokenImports(ImportCommon, TransactionCase):
    def test_l2_broken_files_through_the_door(self):
        """L2: what is read of a broken file is staged, checked and imported; what isn't, is told in one sentence."""
        files = BrokenFiles()
        mapped = self.env["leadya.import"].with_user(self.importer)
        for number in IMPORTED:
            kind, content = files.file(number)
            with self.subTest(number=number, kind=kind):
                mapped += self._bring_in(content, f"../../{kind}\\{number}.xlsx")
        self.assertGreater(len(mapped), len(IMPORTED) / 10)
        started = mapped.filtered(self._start)
        self.assertGreater(len(started), len(mapped) / 3)
        for _batch in started:
            self.run_cron()
        started.invalidate_recordset()
        for record in started:
            self.assertEqual((record.state, record.todo_count), ("done", 0), record.error)
            self.assertEqual(sum(self.counts(record)), record.total_count)

    def _bring_in(self, content, filename):
        """:return: the import whose file was read; none where it was refused with a sentence"""
        record = (
            self.env["leadya.import"]
            .with_user(self.importer)
            .create({"file": base64.b64encode(content), "filename": filename})
        )
        self.assertFalse({"/", "\\"} & set(record.name))
        try:
            with self.env.cr.savepoint():
                record.action_analyse()
        except UserError as error:
            self.assertTrue(str(error))
            return record.browse()
        self.assertEqual(len(record.row_ids), record.total_count)
        return record

    def _start(self, record):
        with suppress(UserError), self.env.cr.savepoint():
            record.action_dry_run()
            record.action_start()
            return True
        return False
