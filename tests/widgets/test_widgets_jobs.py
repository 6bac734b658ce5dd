"""Jobs report at most ten times a second, end at once when cancelled, and hand on results and errors."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import pytest

from bertkit.errors import InputError
from bertkit.widgets.correspondence import Correspondence
from bertkit.widgets.jobs import Job, JobCancelled, Progress, Reporter
from bertkit.widgets.panel import Answer, Task


def test_a_job_returns_its_result() -> None:
    job = Job(lambda report: 42).start()
    assert job.wait(5)
    assert (job.state, job.result, job.error) == ("done", 42, None)


def test_a_job_keeps_its_error() -> None:
    def work(report: Reporter) -> None:
        raise InputError("no")

    job = Job(work).start()
    assert job.wait(5)
    assert (job.state, str(job.error)) == ("failed", "no")


def test_cancel_ends_the_job_at_once_and_the_work_at_its_next_report() -> None:
    stopped = threading.Event()
    steps = 0

    def work(report: Reporter) -> None:
        nonlocal steps
        try:
            while True:
                steps += 1
                report(steps, 10_000)
                time.sleep(0.01)
        except JobCancelled:
            stopped.set()
            raise

    job = Job(work).start()
    while steps < 5:
        time.sleep(0.005)
    started = time.monotonic()
    job.cancel()
    assert job.state == "cancelled"
    assert stopped.wait(1)
    assert time.monotonic() - started < 1
    at = steps
    time.sleep(0.05)
    assert steps == at


def test_a_result_after_cancelling_is_dropped() -> None:
    go = threading.Event()
    ended: list[str] = []
    job = Job(lambda report: go.wait(5), on_end=lambda done: ended.append(done.state)).start()
    job.cancel()
    go.set()
    time.sleep(0.05)
    assert (job.state, job.result, ended) == ("cancelled", None, ["cancelled"])


def test_reports_are_at_most_ten_a_second_and_the_last_is_never_held_back() -> None:
    now = 0.0
    heard: list[Progress] = []
    report = Reporter(heard.append, threading.Event(), clock=lambda: now)
    for step in range(1000):
        now = step / 1000  # one second of work
        report(step, 1000)
    report(1000, 1000)
    assert len(heard) <= 11
    assert heard[-1] == Progress(1000, 1000, "")


class _View:
    """Collects what a view would be sent."""

    def __init__(self, **methods: Any) -> None:
        self.messages: list[tuple[dict[str, Any], list[bytes]]] = []
        self.ended = threading.Event()
        self.correspondence = Correspondence(lambda: methods, self.send)

    def send(self, content: dict[str, Any], buffers: Any = None) -> None:
        self.messages.append((content, list(buffers or [])))
        if content["type"] != "progress":
            self.ended.set()

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.ended.clear()
        content = {"type": "request", "id": "1", "method": method, "parameters": parameters}
        self.correspondence.receive(content, [])
        assert self.ended.wait(5)
        return self.messages[-1][0]


def test_answers_carry_data_and_buffers() -> None:
    view = _View(square=lambda number: Answer(number**2, (b"\x01\x02",)))
    assert view.ask("square", number=3) == {"type": "answer", "id": "1", "data": 9}
    assert view.messages[-1][1] == [b"\x01\x02"]


def test_an_unknown_method_and_a_refusal_are_told_in_words() -> None:
    def refuse() -> Answer:
        raise InputError("The layer 9 does not exist; the model has 6.")

    view = _View(refuse=refuse)
    assert 'no method "nonsense"' in view.ask("nonsense")["message"]
    assert view.ask("refuse")["message"] == "The layer 9 does not exist; the model has 6."


def test_an_unexpected_error_does_not_kill_the_view(caplog: pytest.LogCaptureFixture) -> None:
    view = _View(broken=lambda: 1 / 0)
    assert "ZeroDivisionError" in view.ask("broken")["message"]
    assert "a request failed" in caplog.text


def test_a_task_reports_and_answers() -> None:
    def work(report: Reporter) -> Answer:
        report(3, 3, "reading")
        return Answer("read")

    view = _View(read=lambda: Task(work))
    assert view.ask("read")["data"] == "read"
    assert view.messages[0][0] == {
        "type": "progress",
        "id": "1",
        "done": 3,
        "total": 3,
        "note": "reading",
        "data": None,
    }


def test_cancelling_a_task_stops_it_within_a_second() -> None:
    def work(report: Reporter) -> Answer:
        while True:
            report(0)
            time.sleep(0.01)

    view = _View(forever=lambda: Task(work))
    view.correspondence.receive({"type": "request", "id": "7", "method": "forever", "parameters": {}}, [])
    started = time.monotonic()
    view.correspondence.receive({"type": "cancel", "id": "7"}, [])
    assert view.ended.wait(1)
    assert time.monotonic() - started < 1
    assert view.messages[-1][0] == {"type": "cancelled", "id": "7"}


def test_a_malformed_message_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    # Read off the logger itself: other packages may have switched it off (dateparser does, where nothing is set up).
    logger = logging.getLogger("bertkit.widgets.correspondence")
    monkeypatch.setattr(logger, "warning", lambda message, *values: logged.append(message % values))
    view = _View()
    view.correspondence.receive({"type": "nonsense"}, [])
    assert logged == ["a message of unknown type 'nonsense' was dropped"]
    assert view.messages == []
