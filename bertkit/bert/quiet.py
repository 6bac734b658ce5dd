"""coremltools and transformers write progress bars and warnings to stderr; bertkit reports its own progress."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

_log = logging.getLogger(__name__)


@contextmanager
def quiet(package: str) -> Iterator[None]:
    """Keep what a package prints inside the block off stderr; it goes to this module's log at level debug.

    Args:
        package: whose log is raised to errors, and what the output is attributed to.
    """
    logger = logging.getLogger(package)
    level = logger.level
    logger.setLevel(logging.ERROR)
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            yield
    finally:
        logger.setLevel(level)
        if said.getvalue():
            _log.debug("%s: %s", package, said.getvalue())
