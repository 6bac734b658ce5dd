"""The content of an attention view, without Jupyter."""

from __future__ import annotations

import threading
import zlib

import numpy as np
import pytest
from sample_readers import example_of

from bertkit.errors import InputError
from bertkit.insight import Subject, silence_heads
from bertkit.widgets import png
from bertkit.widgets.attention_view.panel import AttentionPanel, heads_of
from bertkit.widgets.jobs import JobCancelled, Progress, Reporter
from bertkit.widgets.panel import Answer, Task
from bertkit.widgets.recording import record


def run(answer: Answer | Task) -> Answer:
    return answer.work(Reporter(lambda progress: None, threading.Event())) if isinstance(answer, Task) else answer


@pytest.fixture
def panel(small_subject: Subject) -> AttentionPanel:
    return AttentionPanel(small_subject, example_of(small_subject))


def test_opening_computes_nothing_and_the_grid_is_a_task_with_progress(panel: AttentionPanel) -> None:
    panel.view()
    task = panel.grid()
    assert isinstance(task, Task)
    told: list[Progress] = []
    answer = task.work(Reporter(told.append, threading.Event()))
    assert (told[-1].done, told[-1].total) == (2, 2)
    assert isinstance(panel.grid(), Answer), "once known it is answered at once"
    assert len(answer.data["numbers"]) == answer.data["layers"] * answer.data["heads"] == 8


def test_the_grid_can_be_cancelled(panel: AttentionPanel) -> None:
    task = panel.grid()
    assert isinstance(task, Task)
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(JobCancelled):
        task.work(Reporter(lambda progress: None, cancelled))
    assert isinstance(panel.grid(), Task), "nothing is known yet"


def test_thumbnails_are_those_of_the_analysis_in_sixteen_shades(panel: AttentionPanel) -> None:
    answer = run(panel.grid())
    data = answer.data
    shape = (data["layers"], data["heads"], data["rows"], data["columns"])
    found = np.frombuffer(answer.buffers[0], np.uint8).reshape(shape).astype(int)
    assert np.abs(found - panel.maps.thumbnails).max() <= 8
    assert set(np.unique(found) % 17) == {0}


def test_a_head_is_sent_whole_on_demand(panel: AttentionPanel) -> None:
    answer = run(panel.head(1, 2))
    tokens = len(panel.view()["tokens"]["pieces"])
    np.testing.assert_array_equal(
        np.frombuffer(answer.buffers[0], np.uint8).reshape(tokens, tokens), panel.maps.head_bytes(1, 2)
    )
    with pytest.raises(InputError, match="layer 9, head 0"):
        panel.head(9, 0)


def test_what_was_tried_is_kept_once_and_shown_everywhere(panel: AttentionPanel) -> None:
    answer = run(panel.silence("0.1 1.3"))
    run(panel.silence("0.1 1.3"))
    assert answer.data["text"] == str(silence_heads(panel.subject, panel.example, [(0, 1), (1, 3)]))
    assert [change["text"] for change in panel.view()["changes"]] == [answer.data["text"]]
    token = panel.example.row.places("passage")[0]
    hidden = run(panel.hide(token)).data
    assert f"(token {token}) hidden" in hidden["text"]
    assert hidden["text"] in panel.text({})
    with pytest.raises(InputError, match="must be places of the question or the passage"):
        run(panel.hide(0))


@pytest.mark.parametrize("text", ["1", "1.2.3", "a.b"])
def test_heads_that_are_no_pairs_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"layer\.head, counted from 0"):
        heads_of(text)


def test_recordings_begin_with_what_is_shown_first(panel: AttentionPanel) -> None:
    grid, first, second, *_ = panel.recordings()
    top = max(panel.maps.heads, key=lambda head: head.question_to_passage)
    opened = run(panel.grid()).data["first"]
    assert grid.method == "grid"
    assert first.parameters == {"layer": opened[0], "head": opened[1]}
    assert (top.layer, top.head) in [tuple(request.parameters.values()) for request in (first, second)]
    assert len(record(panel, 10_000_000).answers) == 1 + len(panel.maps.heads)


def test_the_static_picture_says_the_strongest_links_in_words(panel: AttentionPanel) -> None:
    markup = panel.static({})
    assert panel.maps.sentences[0].replace('"', "&quot;") in markup
    assert "not by itself an explanation" in markup


def test_a_picture_of_shades_is_a_png() -> None:
    values = np.array([[0, 15, 7], [1, 2, 3]], np.uint8)
    data = png.shades(values, (10, 20, 30))
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    start = data.index(b"IDAT")
    length = int.from_bytes(data[start - 4 : start], "big")
    lines = zlib.decompress(data[start + 4 : start + 4 + length])
    assert lines == bytes([0, 0x0F, 0x70, 0, 0x12, 0x30])
    checksum = int.from_bytes(data[start + 4 + length : start + 8 + length], "big")
    assert checksum == zlib.crc32(data[start : start + 4 + length])
