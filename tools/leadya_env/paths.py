"""Where things are. Everything that is fetched or built lives below `.cache/`, which git ignores."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools"
CACHE = ROOT / ".cache"

BIN = CACHE / "bin"
CONFIG = CACHE / "odoo.conf"
DATA = CACHE / "data"
DOWNLOADS = CACHE / "downloads"
LINT_VENV = CACHE / "lint-venv"
LOGS = CACHE / "logs"
NODE = CACHE / "node"
NODE_BIN = NODE / "node_modules" / ".bin"
ODOO_TREE = CACHE / "odoo"
RESULTS = CACHE / "results"
STAMPS = CACHE / "stamps"
VENV = CACHE / "venv"


def checkout_id() -> str:
    """A short name of this checkout, for what has to live outside of it (sockets have a limit of 107 bytes)."""
    return hashlib.sha1(str(CACHE).encode()).hexdigest()[:10]


def addons() -> list[Path]:
    """The project's addons: the main one, and bridges beside it."""
    return sorted(manifest.parent for manifest in ROOT.glob("leadya_*/__manifest__.py"))


def main_addon() -> Path:
    """The addon itself; the others are bridges to apps that a company may not have."""
    return ROOT / "leadya_crm"


def bridges() -> list[Path]:
    """The addons beside the main one."""
    return [addon for addon in addons() if addon != main_addon()]
