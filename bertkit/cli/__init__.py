"""The `bertkit` command: thin functions that parse, call the library and print.

Exit codes: 0 right, 2 bad usage or bad input (one line on stderr, no traceback unless `--debug`), 130 interrupted.
"""

from __future__ import annotations

import sys

from bertkit.cli.app import app
from bertkit.errors import BertkitError

_BAD_INPUT = 2
_INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        app()
    except BertkitError as error:
        if "--debug" in sys.argv:
            raise
        _fail(" ".join(str(error).split()), _BAD_INPUT)
    except KeyboardInterrupt:
        _fail("interrupted", _INTERRUPTED)


def _fail(reason: str, code: int) -> None:
    sys.stderr.write(f"bertkit: {reason}\n")
    raise SystemExit(code)
