#!/usr/bin/env python3
"""Entry point of the development environment: `python3 tools/dev.py <command>`."""

import sys

if sys.version_info < (3, 10):  # noqa: UP036 - older ones must get as far as this sentence
    sys.exit("The tools need Python 3.10 or later: install one, or run `make PYTHON=/path/to/python3 …`.")

sys.dont_write_bytecode = True

from leadya_env.cli import main  # noqa: E402 - a clear word for old Pythons comes first

if __name__ == "__main__":
    sys.exit(main())
