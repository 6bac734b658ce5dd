"""How widgets are displayed: live, static, or both."""

from __future__ import annotations

import os
from typing import Literal, get_args

from bertkit.errors import InputError

Mode = Literal["auto", "live", "static", "selfcontained"]
_MODES: tuple[str, ...] = get_args(Mode)
ENVIRONMENT = "BERTKIT_WIDGETS"
_chosen: list[Mode] = []


def mode(name: str | None = None) -> Mode:
    """Return how widgets are displayed, after setting it when a name is given.

    Args:
        name: `auto` shows the live view and keeps the static one beside it for a reader without a kernel; `live` leaves
            the static one out, `static` the live one; `selfcontained` is static HTML that brings the script along and
            comes to life without a kernel, for exported notebooks.

    Returns:
        The mode now: what was last set here, else the environment variable BERTKIT_WIDGETS, else `auto`.

    Raises:
        InputError: there is no such mode.
    """
    if name is not None:
        _chosen[:] = [_checked(name, "mode()")]
    if _chosen:
        return _chosen[0]
    return _checked(os.environ.get(ENVIRONMENT, "auto"), f"the environment variable {ENVIRONMENT}")


def _checked(name: str, where: str) -> Mode:
    for known in get_args(Mode):
        if known == name:
            found: Mode = known
            return found
    raise InputError(f'{where} was given "{name}"; wanted one of {", ".join(_MODES)}.')
