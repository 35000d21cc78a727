import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from urllib.error import HTTPError
from urllib.request import urlopen

from odoo.tests.common import get_db_name

_READY_SECONDS = 120


class OwnServer:
    """Odoo in a process of its own on the tests' database: real commits, real races, and it can be killed.

    What it does is committed: the test has to clean up after itself.

    :param int cron_threads: schedulers; 0 for scheduled actions to run when the test says so
    """

    def __init__(self, cron_threads=0):
        # Closed by `kill`.
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log")  # noqa: SIM115
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "odoo", "--database", get_db_name(), "--db-filter", f"^{get_db_name()}$"]
        command += ["--http-interface", "127.0.0.1", "--http-port", str(self.port), "--workers", "0"]
        command += ["--max-cron-threads", str(cron_threads), "--log-level", "warn"]
        self._process = subprocess.Popen(
            command, stdout=self.log, stderr=subprocess.STDOUT, env=self._environment(), start_new_session=True
        )
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def _environment(self):
        # Thread pools of numeric libraries would only cost memory here.
        return {**os.environ, "OPENBLAS_NUM_THREADS": "1"}

    def _wait_until_ready(self):
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with suppress(OSError):
                try:
                    urlopen(f"http://127.0.0.1:{self.port}/leadya/static/leadya.js", timeout=30).close()
                    return
                except HTTPError as error:
                    raise AssertionError(f"The server answers with {error.code}: {self.read_log()}") from error
            time.sleep(0.1)
        raise AssertionError(f"The server did not start: {self.read_log()}")

    def kill(self):
        """As ``kill -9``: nothing is ended in good order."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.log.close()

    def read_log(self):
        with open(self.log.name) as log:
            return log.read()

    def alarms(self):
        """Lines of the log that say that something is wrong."""
        return [
            line
            for line in self.read_log().splitlines()
            if " WARNING " in line or " ERROR " in line or " CRITICAL " in line
        ]
