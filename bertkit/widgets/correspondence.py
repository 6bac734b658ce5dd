"""Requests from a view and the answers to them, over a widget's messages.

The view sends `{"type": "request", "id", "method", "parameters"}` and `{"type": "cancel", "id"}`. It gets
`{"type": "answer", "id", "data"}` with buffers, `{"type": "error", "id", "message"}`, and for long work
`{"type": "progress", "id", "done", "total", "note", "data"}` before. Which answers are stale the view decides by their
ids.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from bertkit.errors import BertkitError
from bertkit.widgets.jobs import Job, Progress
from bertkit.widgets.panel import Answer, Json, Method, Task

_logger = logging.getLogger(__name__)


class Send(Protocol):
    """A widget's own `send`."""

    def __call__(self, content: Json, buffers: Sequence[bytes] | None = None) -> Any:
        """Send a message to the view."""


class Correspondence:
    """Answers one view's requests.

    Args:
        methods: returns what may be asked; called at each request, so that a panel may change.
        send: carries messages to the view.
    """

    def __init__(self, methods: Callable[[], Mapping[str, Method]], send: Send) -> None:
        self._methods = methods
        self._send = send
        self._jobs: dict[str, Job[Answer]] = {}

    def receive(self, content: Json, buffers: Sequence[memoryview]) -> None:
        """Take one message; malformed ones are logged and dropped."""
        kind, identity = content.get("type"), content.get("id")
        if kind == "request":
            self._request(str(identity), content.get("method", ""), content.get("parameters", {}), buffers)
        elif kind == "cancel" and identity in self._jobs:
            self._jobs[identity].cancel()
        elif kind != "cancel":
            _logger.warning("a message of unknown type %r was dropped", kind)

    def _request(self, identity: str, name: str, parameters: dict[str, Json], buffers: Sequence[memoryview]) -> None:
        method = self._methods().get(name)
        if method is None:
            self._fail(identity, f'This view has no method "{name}". The script and the package differ: restart both.')
            return
        given = {**parameters, "buffers": buffers} if buffers else parameters
        try:
            answer = method(**given)
        except Exception as error:  # told in the view: a message has no caller to raise to
            self._fail_with(identity, error)
            return
        if isinstance(answer, Task):
            self._start(identity, answer)
        else:
            self._answer(identity, answer)

    def _start(self, identity: str, task: Task) -> None:
        def progress(now: Progress) -> None:
            self._send({"type": "progress", "id": identity, **vars(now)})

        def end(job: Job[Answer]) -> None:
            self._jobs.pop(identity, None)
            if job.result is not None:
                self._answer(identity, job.result)
            elif job.error is not None:
                self._fail_with(identity, job.error)
            else:
                self._send({"type": "cancelled", "id": identity})

        job = Job(task.work, progress, end)
        self._jobs[identity] = job
        job.start()

    def _answer(self, identity: str, answer: Answer) -> None:
        self._send({"type": "answer", "id": identity, "data": answer.data}, buffers=list(answer.buffers))

    def _fail_with(self, identity: str, error: Exception) -> None:
        if isinstance(error, BertkitError):
            self._fail(identity, str(error))
        else:
            _logger.error("a request failed", exc_info=error)
            self._fail(
                identity, f"This failed unexpectedly ({type(error).__name__}: {error}). The log has the details."
            )

    def _fail(self, identity: str, message: str) -> None:
        self._send({"type": "error", "id": identity, "message": message})
