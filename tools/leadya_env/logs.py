"""Warnings in a server's log: what stock Odoo says anyway, with the reason, and what is ours to mend."""

import re
from pathlib import Path

from . import paths

RECORD = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>[\w.]+): (?P<text>.*)$")
ALARMING = ("WARNING", "ERROR", "CRITICAL")
# What stock Odoo logs without the addon, depending on the version of Python; on 3.11 it is silent.
KNOWN = [
    (r"py\.warnings: .*dist-packages/odoo/", "deprecations in Odoo's own sources"),
    (r"py\.warnings: .*site-packages/", "deprecations in libraries that Odoo 19 itself uses"),
]


def alarms(log: Path) -> list[str]:
    """Warnings and errors in a log, each as one text with its traceback."""
    found: list[str] = []
    alarming = False
    for line in log.read_text(errors="replace").splitlines():
        record = RECORD.match(line)
        if record:
            alarming = record["level"] in ALARMING
            if alarming:
                found.append(f"{record['level']} {record['logger']}: {record['text']}")
        elif alarming and found:
            found[-1] += f"\n{line}"
    return found


def unexpected(log: Path) -> list[str]:
    """What stock Odoo would not have said while loading a database."""
    return [alarm for alarm in alarms(log) if not any(re.search(pattern, alarm) for pattern, reason in KNOWN)]


def ours(log: Path) -> list[str]:
    """What comes from the addons or speaks of them; tests make Odoo warn on purpose, so only this counts there."""
    # The checkout may lie in a directory of that name.
    return [
        alarm
        for alarm in alarms(log)
        if "leadya" in alarm.replace(str(paths.ROOT / ".cache"), "").replace(f"{paths.ROOT}/", "/")
    ]
