"""Answers recorded ahead of time, so that a page works where no Python is."""

from __future__ import annotations

import base64
import json
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from bertkit.widgets.jobs import Progress, Reporter
from bertkit.widgets.panel import Answer, Json, Method, Panel, Request, Task

NOTEBOOK_LIMIT_BYTES = 300_000
PAGE_LIMIT_BYTES = 8_000_000


@dataclass(frozen=True)
class Recording:
    """The answers to a panel's requests.

    Attributes:
        answers: by `key`; each holds `data` and `buffers` (zlib, then base64).
        left_out: how many answers did not fit under the limit.
    """

    answers: dict[str, Json]
    left_out: int


def key(request: Request) -> str:
    """Return the name of a request's answer, the same text that js/src/base/recorded.ts makes of it.

    Parameters are strings, whole numbers, booleans or None: Python and JavaScript write fractions differently.
    """
    parameters = {name: request.parameters[name] for name in sorted(request.parameters)}
    return f"{request.method} {json.dumps(parameters, ensure_ascii=False, separators=(',', ':'))}"


def record(panel: Panel, limit_bytes: int = NOTEBOOK_LIMIT_BYTES) -> Recording:
    """Ask a panel the requests that it names itself, until the answers take `limit_bytes`."""
    methods = panel.methods()
    answers: dict[str, Json] = {}
    left_out = size = 0
    for request in panel.recordings():
        entry = _entry(_answer(methods[request.method], request.parameters))
        length = len(json.dumps(entry))
        if size + length > limit_bytes:
            left_out += 1
            continue
        size += length
        answers[key(request)] = entry
    return Recording(answers, left_out)


def _answer(method: Method, parameters: Mapping[str, Json]) -> Answer:
    answer = method(**parameters)
    return answer.work(Reporter(_ignore, threading.Event())) if isinstance(answer, Task) else answer


def _ignore(progress: Progress) -> None:
    """A recording is made where nobody watches."""


def _entry(answer: Answer) -> Json:
    buffers = [base64.b64encode(zlib.compress(buffer, 9)).decode("ascii") for buffer in answer.buffers]
    return {"data": answer.data, "buffers": buffers}
