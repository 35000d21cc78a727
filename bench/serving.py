"""A server of its own for a benchmark, and clients that post to it at once."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

READY_SECONDS = 180
#: Warnings of the server that are shown.
ALARMS = 5


def install(databases, module):
    """Install a module in databases, each by a server of its own, all at once."""
    command = [sys.executable, "-m", "odoo", "--init", module, "--stop-after-init", "--no-http"]
    command += ["--max-cron-threads", "0", "--log-level", "error"]
    running = [subprocess.Popen([*command, "--database", name]) for name in databases]
    codes = [process.wait() for process in running]
    if any(codes):
        sys.exit(f"Odoo could not install {module}.")


@contextmanager
def serve(databases, workers):
    """Odoo's server for databases, until the block ends.

    :param int workers: 0 for one process with threads, else as many processes that each answer one request at a time
    :return: the port
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "odoo", "--database", ",".join(databases), "--db-filter", ".*"]
    command += ["--http-port", str(port), "--workers", str(workers), "--log-level", "warn"]
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            _wait_until_ready(process, port, databases)
            yield port
        finally:
            # The scheduler may be in the middle of a sleep: there is nothing to be saved.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            log.seek(0)
            _show_alarms(line for line in log if " ERROR " in line or " WARNING " in line)


def _show_alarms(lines):
    lines = list(lines)
    for line in lines[:ALARMS]:
        print(line.rstrip()[:250], file=sys.stderr)
    if len(lines) > ALARMS:
        print(f"… and {len(lines) - ALARMS} more warnings of the server", file=sys.stderr)


def _wait_until_ready(process, port, databases):
    deadline = time.monotonic() + READY_SECONDS
    for name in databases:
        while True:
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit("The server did not start.")
            with suppress(OSError):
                if Request("GET", "/web/login", {"X-Odoo-Database": name}).send(port)[0] == 200:
                    break
            time.sleep(0.2)


# ------------------------------------------------------------
# CLIENTS
# ------------------------------------------------------------


@dataclass
class Request:
    method: str
    path: str
    headers: dict = field(default_factory=dict)
    body: bytes = b""

    def send(self, port):
        """:return: status, body, and the cookies that it sets"""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request(self.method, self.path, self.body, self.headers)
            response = connection.getresponse()
            cookies = [cookie.split(";")[0] for cookie in response.headers.get_all("Set-Cookie", ())]
            return response.status, response.read(), "; ".join(cookies)
        finally:
            connection.close()


@dataclass
class Answer:
    """What came back: when it was asked and answered (monotonic), and what."""

    asked: float
    answered: float
    status: int
    content: bytes

    @property
    def seconds(self):
        return self.answered - self.asked

    def json(self):
        return json.loads(self.content)


def load(port, requests, clients=4, rate=0):
    """Send requests by several clients at once.

    :param float rate: requests a second, evenly spaced; 0 for each client to ask as soon as it was answered
    :return: the answers, and the seconds from the first request to the last answer
    """
    numbers, lock, answers = iter(range(len(requests))), threading.Lock(), [None] * len(requests)
    begun = time.monotonic()

    def work():
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            due = begun + number / rate if rate else 0
            time.sleep(max(0, due - time.monotonic()))
            # Somebody who had to wait for a free client was kept waiting by the server.
            asked = due or time.monotonic()
            status, content, _cookies = requests[number].send(port)
            answers[number] = Answer(asked, time.monotonic(), status, content)

    threads = [threading.Thread(target=work) for _client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, time.monotonic() - begun
