"""Odoo 19.0 Community: `ODOO_HOME` when set, else Debian's package unpacked into the cache."""

import os
import re
import shutil
from pathlib import Path

from . import cache, debian, paths
from .errors import Failure
from .progress import say, step

SERIES = "19.0"
SUITE = "sid"
PACKAGES = [
    "odoo-19",
    # What the package's relative links point at.
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
]
# Raise it when the recipe below changes: the tree is then built anew.
RECIPE = 3
PACKAGE_HOME = Path("usr/lib/python3/dist-packages")


def home() -> Path:
    """The directory that has the Python package `odoo` in it."""
    given = os.environ.get("ODOO_HOME")
    if not given:
        return paths.ODOO_TREE / PACKAGE_HOME
    base = Path(given).expanduser().resolve()
    for candidate in (base, base / PACKAGE_HOME, base.parent):
        if (candidate / "odoo" / "release.py").is_file():
            return candidate
    raise Failure(f"ODOO_HOME={given} has no odoo/release.py: set it to a checkout of Odoo {SERIES}, or unset it.")


def addon_dirs() -> list[Path]:
    """Odoo's own addon directories, those of a checkout beside those of a package."""
    return [path for path in (home() / "odoo" / "addons", home() / "addons") if path.is_dir()]


def addon(name: str) -> Path:
    """One of Odoo's own addons."""
    for directory in addon_dirs():
        if (directory / name).is_dir():
            return directory / name
    raise Failure(f"Odoo in {home()} has no addon {name}: set ODOO_HOME to a complete checkout of {SERIES}.")


def fingerprint() -> str:
    """Changes when Odoo's sources do: databases made from other sources are then brought up to date."""
    if os.environ.get("ODOO_HOME"):
        return cache.digest(str(home()), home() / "odoo" / "release.py")
    return _inputs()


def _inputs() -> str:
    return cache.digest(RECIPE, SUITE, PACKAGES)


def prepare() -> None:
    """Have Odoo's sources ready."""
    if not os.environ.get("ODOO_HOME") and not cache.stamped("odoo", _inputs()):
        with step("Odoo 19 (Debian's package, about 120 MB, unpacked into the cache)"):
            _build()
        cache.stamp("odoo", _inputs())
    _check_series()


def _build() -> None:
    """Unpack beside the final place and rename at the end: a break leaves no half tree."""
    cache.unstamp("odoo")
    new = paths.CACHE / "odoo.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    debian.unpack(debian.download(PACKAGES, SUITE), new)
    _complete(new)
    for name in dangling(new):
        say(f"  note: a link of Odoo's package leads nowhere: {name}")
    cache.replace_tree(new, paths.ODOO_TREE)
    # 120 MB that nothing needs any more.
    shutil.rmtree(paths.DOWNLOADS, ignore_errors=True)


def _complete(tree: Path) -> None:
    """Add what Debian's package leaves out, at the places where Odoo looks for it."""
    modules = paths.NODE / "node_modules"
    # Odoo 19 wants Font Awesome 4.7; what Debian's links find in sid is 7, with other file names.
    awesome = tree / "usr/share/fonts-font-awesome"
    shutil.rmtree(awesome, ignore_errors=True)
    for part in ("css", "fonts", "less", "scss"):
        shutil.copytree(modules / "font-awesome" / part, awesome / part)
    # Without it every page logs an error in the browser's console, and every tour fails.
    library = tree / PACKAGE_HOME / "odoo/addons/mail/static/lib/selfie_segmentation"
    library.mkdir(parents=True, exist_ok=True)
    shutil.copy(modules / "@mediapipe/selfie_segmentation/selfie_segmentation.js", library)
    # Fonts whose files moved or were renamed between releases of Debian: link to the regular cut by name.
    for name in dangling(tree):
        link = tree / name
        wanted = Path(os.readlink(link)).name
        found = _find_font(tree / "usr/share/fonts", wanted)
        if found:
            link.unlink()
            link.symlink_to(os.path.relpath(found, link.parent))


def _find_font(fonts: Path, wanted: str) -> Path | None:
    names = {path.name.lower().replace("-", ""): path for path in sorted(fonts.rglob("*.[ot]tf"))}
    stem, dot, suffix = wanted.lower().replace("-", "").rpartition(".")
    return names.get(stem + dot + suffix) or names.get(f"{stem}regular{dot}{suffix}")


def dangling(tree: Path) -> list[str]:
    """Links that lead nowhere, relative to the tree."""
    broken = []
    for folder, directories, files in os.walk(tree):
        for name in directories + files:
            path = Path(folder, name)
            if path.is_symlink() and not path.exists():
                broken.append(str(path.relative_to(tree)))
    return sorted(broken)


def _check_series() -> None:
    release = home() / "odoo" / "release.py"
    if not release.is_file():
        cache.unstamp("odoo")
        raise Failure(f"Odoo is missing in {home()}: run make again to fetch it.")
    version = re.search(r"^version_info = \((\d+), (\d+)", release.read_text(), re.M)
    series = ".".join(version.groups()) if version else "unknown"
    if series != SERIES:
        raise Failure(f"ODOO_HOME holds Odoo {series}: check out branch {SERIES} there, or unset ODOO_HOME.")
