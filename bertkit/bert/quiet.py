"""coremltools writes progress bars and version warnings to stderr; bertkit reports its own progress."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

_log = logging.getLogger(__name__)


@contextmanager
def quiet_coremltools() -> Iterator[None]:
    """Keep what coremltools prints inside the block off stderr; it goes to this module's log at level debug."""
    logger = logging.getLogger("coremltools")
    level = logger.level
    logger.setLevel(logging.ERROR)
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            yield
    finally:
        logger.setLevel(level)
        if said.getvalue():
            _log.debug("coremltools: %s", said.getvalue())
