"""The script and style sheet that all widgets share, built from js/ and committed."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def script() -> str:
    """Return the ES module."""
    return files("bertkit.widgets").joinpath("static/bertkit.js").read_text(encoding="utf-8")


@cache
def styles() -> str:
    """Return the style sheet; every rule in it is scoped to `.bk-root`."""
    return files("bertkit.widgets").joinpath("static/bertkit.css").read_text(encoding="utf-8")
