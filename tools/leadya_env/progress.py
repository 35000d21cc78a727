"""Progress on the terminal: one line when a step starts, one when it ends, and a sign of life in between."""

import contextlib
import sys
import threading
import time

START = time.monotonic()
# Long enough to keep logs readable, short enough that nobody takes a slow download for a hang.
HEARTBEAT_SECONDS = 20


def say(text: str) -> None:
    """Print one line with the seconds since the start."""
    sys.stdout.write(f"[{time.monotonic() - START:6.1f}s] {text}\n")
    sys.stdout.flush()


@contextlib.contextmanager
def step(title: str):
    """Announce a step, show that it is alive, and tell how long it took."""
    begun = time.monotonic()
    over = threading.Event()

    def heartbeat():
        while not over.wait(HEARTBEAT_SECONDS):
            say(f"  {title}: still at it ({time.monotonic() - begun:.0f} s)")

    say(f"{title} …")
    threading.Thread(target=heartbeat, daemon=True).start()
    try:
        yield
    except BaseException:
        say(f"{title}: failed after {time.monotonic() - begun:.1f} s")
        raise
    else:
        say(f"{title}: done in {time.monotonic() - begun:.1f} s")
    finally:
        over.set()
