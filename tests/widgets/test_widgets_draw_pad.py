"""The content of a drawing pad, without a browser."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sample_models import HOSTILE
from small_pads import circle, cross

from bertkit.drawing import Drawing, EmojiPad, Stroke
from bertkit.errors import InputError
from bertkit.widgets import DrawPad
from bertkit.widgets.draw_pad import values
from bertkit.widgets.draw_pad.panel import DrawPadPanel
from bertkit.widgets.jobs import Reporter
from bertkit.widgets.panel import Task
from bertkit.widgets.recording import record


def _done(task: Task) -> Any:
    return task.work(Reporter(lambda progress: None, threading.Event())).data


def _sent(*drawings: Drawing) -> str:
    return json.dumps([values.stroke_values(drawing) for drawing in drawings])


def test_strokes_go_to_the_view_and_back() -> None:
    drawing = Drawing((Stroke((0, 1), (0, 2), (0.5, 1.0)), Stroke((0.5,), (1,))))
    sent = values.stroke_values(drawing)
    assert sent == [[[140, 372], [24, 488], [50, 100]], [[256], [256]]]
    again = values.read_drawing(json.dumps(sent))
    assert values.stroke_values(again) == sent
    assert again.strokes[0].pressure == (0.5, 1.0)


@pytest.mark.parametrize("text", ["{", "3", "[3]", '[["a", "b"]]', "[[[1], [1], [1], [1]]]", "[[[1], [null]]]", "[]"])
def test_what_is_no_drawing_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        values.read_drawing(text)


def test_teaching_tells_the_guess_before_and_after(pads: Callable[..., EmojiPad]) -> None:
    panel = DrawPadPanel(pads("⭕"))
    changes: list[None] = []
    panel.on_change = lambda: changes.append(None)
    answer = _done(panel.teach(_sent(cross(), cross(bend=4), cross(bend=8)), "❌"))
    assert (answer["before"][0]["emoji"], answer["after"][0]["name"]) == ("⭕", "cross mark")
    assert len(changes) == 1
    assert [example["emoji"] for example in panel.view()["examples"]] == ["⭕"] * 2 + ["❌"] * 3
    assert _done(panel.guess(json.dumps(values.stroke_values(cross()))))[0]["emoji"] == "❌"
    number = panel.view()["examples"][2]["number"]
    assert _done(panel.compare(number))["before"] == []
    _done(panel.delete(number))
    assert len(panel.view()["examples"]) == 4
    _done(panel.undo())
    assert len(panel.view()["examples"]) == 5
    with pytest.raises(InputError, match="no example 99"):
        _done(panel.compare(99))


def test_emoji_are_found_by_name(pads: Callable[..., EmojiPad]) -> None:
    assert {"emoji": "🦝", "name": "raccoon"} in DrawPadPanel(pads()).names("racc").data


def test_recordings_are_small_and_whole(pads: Callable[..., EmojiPad]) -> None:
    recording = record(DrawPadPanel(pads("⭕", "❌")))
    assert (len(recording.answers), recording.left_out) == (4, 0)
    assert len(json.dumps(recording.answers)) < 4_000


def test_text_and_static_forms_say_the_same(pads: Callable[..., EmojiPad]) -> None:
    panel = DrawPadPanel(pads("⭕"), circle())
    for shown in (panel.text({}), str(panel.static({}))):
        assert "heavy large circle" in shown
        assert "1 emoji known" in shown
        assert "100.0 %" in shown
    empty = DrawPadPanel(pads())
    assert "teach it with three drawings" in empty.text({})
    assert HOSTILE not in str(DrawPadPanel(pads(HOSTILE), circle()).static({}))


def test_everything_is_reachable_from_python(pads: Callable[..., EmojiPad]) -> None:
    view = DrawPad(pads("⭕"), circle())
    assert view.guesses[0].emoji == "⭕"
    view.teach([cross(), cross(bend=3)], "❌")
    before = view.data()["sketch"]
    view.drawing = cross(bend=2)
    assert (view.guesses[0].emoji, view.data()["sketch"]) == ("❌", before + 1)
    frame = view.to_frame()
    assert list(frame["emoji"]) == ["⭕", "⭕", "❌", "❌"]
    assert list(frame["strokes"]) == [1, 2, 2, 2]
