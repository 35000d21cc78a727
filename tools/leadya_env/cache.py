"""Stamps that tell what is already done, and the lock that keeps two makes out of each other's way."""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from pathlib import Path

from . import paths
from .progress import say

# Descriptors of the locks held: children inherit them, so that the orphans of a killed make (a download, an
# unpacking) still keep the next make waiting instead of working in the same directory beside it.
held: list[int] = []


def digest(*inputs) -> str:
    """A hash of values and of the contents of files (any `Path`, directories with everything in them)."""
    sha = hashlib.sha256()
    for value in inputs:
        files = [value] if isinstance(value, Path) else []
        if files and value.is_dir():
            files = sorted(path for path in value.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        for path in files:
            sha.update(str(path.relative_to(value.parent)).encode() + b"\0")
            sha.update(path.read_bytes() if path.exists() else b"-")
        if not files:
            sha.update(json.dumps(value, sort_keys=True).encode())
        sha.update(b"\1")
    return sha.hexdigest()[:16]


def _stamp(step: str) -> Path:
    return paths.STAMPS / f"{step}.json"


def stamped(step: str, inputs: str) -> bool:
    """Whether this step was finished with these inputs."""
    try:
        return json.loads(_stamp(step).read_text())["inputs"] == inputs
    except (OSError, ValueError, KeyError, TypeError):
        return False


def stamp(step: str, inputs: str) -> None:
    """Remember that this step is finished; the rename makes it all or nothing."""
    write_atomically(_stamp(step), json.dumps({"inputs": inputs}))


def unstamp(step: str) -> None:
    """Forget a step, before what it made is taken apart."""
    _stamp(step).unlink(missing_ok=True)


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file that is never seen half written; untouched when it already says the same."""
    with contextlib.suppress(OSError, ValueError):
        if path.read_text() == text and path.stat().st_mode & 0o777 == mode:
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text)
    partial.chmod(mode)
    partial.replace(path)


def replace_tree(new: Path, target: Path) -> None:
    """Put a finished directory in the place of an old one."""
    old = target.with_name(f"{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def lock(name: str, doing: str):
    """Hold a lock of this checkout; whoever comes second says whom it waits for, and waits."""
    paths.CACHE.mkdir(exist_ok=True)
    descriptor = os.open(paths.CACHE / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another make"
            say(f"Waiting: {holder} is at work in this checkout")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} ({doing})".encode(), 0)
        held.append(descriptor)
        try:
            yield
        finally:
            held.remove(descriptor)
    finally:
        os.close(descriptor)
