"""Serving Odoo for a person, and a shell on the same database."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from . import config, database, paths, procs, python
from .errors import Failure
from .progress import say

PORT = 8069
READY_SECONDS = 120


def free_port(wanted: int = PORT) -> int:
    """The usual port, or a free one when somebody has it."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise Failure("No free port on 127.0.0.1: end a server that you no longer need, and run make again.")


def serve(name: str = database.DEMO) -> int:
    """Serve a database until interrupted; print where and how to log in as soon as it answers."""
    port = free_port(int(os.environ.get("PORT", PORT)))
    log = paths.LOGS / f"server-{port}.log"
    command = [python.executable(paths.VENV), "-m", "odoo", "--database", name, "--db-filter", f"^{name}$"]
    command += ["--http-port", str(port), "--gevent-port", str(free_port(0))]
    log.parent.mkdir(parents=True, exist_ok=True)
    say("Odoo: starting the server …")
    with log.open("w") as output:
        process = procs.spawn(command, env=config.environment(), stdout=output, stderr=subprocess.STDOUT)
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(process, f"{address}/web/login", log)
            say("Ready.")
            print(f"\n    {address}\n    login     admin\n    password  admin\n", flush=True)
            print(f"    Log: {log}\n    Ctrl-C stops it.\n", flush=True)
            code = procs.wait(process)
        except KeyboardInterrupt:
            process.send_signal(signal.SIGTERM)
            process.wait()
            say("Stopped.")
            return 0
    if code not in (0, -signal.SIGTERM, -signal.SIGINT):
        raise Failure(f"The server ended by itself (exit code {code}): read {log}, and run make again.")
    return 0


def _wait_for(process: subprocess.Popen, address: str, log) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failure(f"The server did not start: read {log}, and run make again.")
        try:
            with urllib.request.urlopen(address, timeout=READY_SECONDS) as answer:
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as error:
            raise Failure(f"The server answers with an error ({error.code}): read {log}.") from error
        except OSError:
            time.sleep(0.2)
    process.terminate()
    raise Failure(f"The server did not answer within {READY_SECONDS} s: read {log}.")


def shell(name: str = database.DEMO) -> int:
    """Odoo's interactive shell; it owns the terminal until it ends."""
    command = [python.executable(paths.VENV), "-m", "odoo", "shell", "--database", name, "--no-http"]
    process = procs.spawn(command, env=config.environment(), stdin=None)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # Ctrl-C belongs to what the shell is doing.
            continue
