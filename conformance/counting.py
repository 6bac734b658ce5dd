"""How often a test predicts, how often it compares something after that, and what bertkit refuses."""

from __future__ import annotations

import functools
import signal
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import coremltools._deps
import numpy as np
import torch

from bertkit.coreml import Configuration, enable
from bertkit.coreml.drop_in.proxy import ModelProxy

_counts = {"predictions": 0, "comparisons": 0, "refusals": 0}


def install() -> None:
    """Let coremltools predict through bertkit's reference engine, and count from now on."""
    _wrap(ModelProxy, "__init__", lambda: None)
    _wrap(ModelProxy, "predict", predicted)
    for owner in (np.testing, unittest.TestCase, torch.testing):
        for name in dir(owner):
            if name.startswith("assert") and callable(getattr(owner, name)):
                _wrap(owner, name, compared)
    enable(Configuration(engine="torch", cache=False))
    coremltools._deps._IS_MACOS = True  # the tests import this name, and compare nothing where it is false


def begin() -> None:
    """Count from zero."""
    _counts.update(dict.fromkeys(_counts, 0))


def counts() -> dict[str, int]:
    """Return how many predictions were answered, comparisons made after the first of them, and models refused."""
    return dict(_counts)


def predicted() -> None:
    """Note that a prediction was answered."""
    _counts["predictions"] += 1


def compared() -> None:
    """Note that something was compared; before the first prediction that says nothing of it."""
    if _counts["predictions"]:
        _counts["comparisons"] += 1


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in the block after so many seconds of the processor; 0 for never."""
    before = signal.signal(signal.SIGPROF, _late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _late(number: int, frame: object) -> None:
    raise TimeoutError("The test took longer than it may.")


def _wrap(owner: Any, name: str, after: Callable[[], None]) -> None:
    function = getattr(owner, name)

    @functools.wraps(function)
    def counted(*arguments: Any, **options: Any) -> Any:
        try:
            result = function(*arguments, **options)
        except Exception:
            _counts["refusals"] += owner is ModelProxy
            raise
        after()
        return result

    setattr(owner, name, counted)
