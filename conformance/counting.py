"""How often a test predicts, and how often it compares something after its first prediction."""

from __future__ import annotations

import functools
import signal
import threading
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import coremltools._deps
import numpy as np
import torch

from bertkit.coreml import Configuration, enable
from bertkit.coreml.drop_in.proxy import ModelProxy

_counts = {"predictions": 0, "comparisons": 0}


def install() -> None:
    """Let coremltools predict through bertkit's reference engine, and count from now on."""
    enable(Configuration(engine="torch", cache=False))
    coremltools._deps._IS_MACOS = True  # the tests import this name, and compare nothing where it is false
    _wrap(ModelProxy, "predict", _predicted)
    for owner in (np.testing, unittest.TestCase, torch.testing):
        for name in dir(owner):
            if name.startswith("assert") and callable(getattr(owner, name)):
                _wrap(owner, name, compared)


def begin() -> None:
    """Count from zero."""
    _counts.update(predictions=0, comparisons=0)


def counts() -> tuple[int, int]:
    """Return how many predictions were answered, and how many comparisons followed the first of them."""
    return _counts["predictions"], _counts["comparisons"]


def compared() -> None:
    """Note that something was compared."""
    if _counts["predictions"]:
        _counts["comparisons"] += 1


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in the block after so many seconds; 0 for never."""
    if not seconds or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _late(number: int, frame: object) -> None:
    raise TimeoutError("The test took longer than it may.")


def _predicted() -> None:
    _counts["predictions"] += 1


def _wrap(owner: Any, name: str, after: Callable[[], None]) -> None:
    function = getattr(owner, name)

    @functools.wraps(function)
    def counted(*arguments: Any, **options: Any) -> Any:
        result = function(*arguments, **options)
        after()
        return result

    setattr(owner, name, counted)
