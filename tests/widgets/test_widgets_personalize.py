"""The console for teaching a reader, and answers before and after, as plain Python."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sample_learning import LOSSES, report_of, taught

from bertkit.errors import InputError
from bertkit.qa import Document
from bertkit.widgets import AskDocument, BeforeAfter, Personalize
from bertkit.widgets.before_after.panel import BeforeAfterPanel
from bertkit.widgets.jobs import Reporter
from bertkit.widgets.panel import Task


def test_what_changed_comes_first() -> None:
    group = BeforeAfterPanel(report_of()).view()["groups"][0]
    assert [item[0] for item in group["items"]] == ["fixed", "broken", "better", "same"]
    assert group["counts"] == "1 fixed, 1 broken, 1 better, 1 same"
    assert "neither gain nor lose" in BeforeAfterPanel(report_of()).view()["verdict"]
    assert "lose 10.0 F1, more than the 1" in BeforeAfterPanel(report_of(forgets=True)).view()["verdict"]


def test_the_plan_is_that_of_the_file(pair: tuple[Path, Path], tmp_path: Path) -> None:
    panel = taught(pair[0], tmp_path)
    facts = dict(panel.view()["plan"]["facts"])
    assert facts["layers that may change"] == "span_head__logits"
    assert facts["numbers in them"].startswith("70;")  # (32 + 2 masks) x 2 weights and 2 biases
    assert facts["optimizer"] == "Adam"
    assert panel.view()["losses"] == list(LOSSES)


def test_corrections_are_deleted_and_the_empty_console_says_what_to_do(pair: tuple[Path, Path], tmp_path: Path) -> None:
    panel = taught(pair[0], tmp_path, count=1)
    panel.delete(panel.view()["corrections"][0][0])
    assert panel.view()["plan"] is None
    assert "reader.correct" in panel.text({})
    with pytest.raises(InputError, match="must be a number"):
        panel.start(3, "fast")


def test_an_update_that_cannot_begin_fails_in_words(pair: tuple[Path, Path], tmp_path: Path) -> None:
    panel = taught(pair[0], tmp_path, count=0)
    task = panel.start(3, "0.01")
    assert isinstance(task, Task)
    with pytest.raises(InputError, match="no correction"):
        task.work(Reporter(lambda progress: None, threading.Event()))
    with pytest.raises(InputError, match="Press Start first"):
        panel.pause()


def test_widgets_reach_the_same_from_python(pair: tuple[Path, Path], tmp_path: Path) -> None:
    frame = BeforeAfter(report_of()).to_frame()
    assert list(frame["change"])[:2] == ["same", "fixed"]
    console = Personalize(taught(pair[0], tmp_path).reader)
    assert console.update is None
    assert "span_head__logits" in console.to_text()


def test_words_marked_in_a_document_become_a_correction(pair: tuple[Path, Path], tmp_path: Path) -> None:
    reader = taught(pair[0], tmp_path, count=0).reader
    asked, console = AskDocument(Document.from_text("w1 thes w20 w7 nothing w9 w33"), reader), Personalize(reader)
    console.learn_from(asked)
    asked.mark(0, 2)  # nothing was asked
    assert len(reader.corrections) == 0
    asked.ask("w20 w9")
    asked.mark(3, 7)
    assert [(one.question, one.text) for one in reader.corrections] == [("w20 w9", "thes")]
