"""Strokes as vectors, their forms as plain values, and names of emoji."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from small_pads import circle

from bertkit.drawing import Drawing, Stroke, name_of, search_emoji
from bertkit.drawing.drawing import MOST_POINTS
from bertkit.drawing.emoji import checked_label
from bertkit.errors import InputError

_SKETCHES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "sketch"


def test_the_forms_of_quick_draw() -> None:
    simplified = Drawing.of([[[0, 255], [3, 4]], [[7], [8]]])
    raw = Drawing.of([[[0.0, 255.0], [3.0, 4.0], [0, 16]], [[7.0], [8.0], [90]]])
    assert simplified == raw
    assert (simplified.point_count, simplified.box) == (3, (0, 3, 255, 8))


def test_plain_values_come_back_equal() -> None:
    drawing = Drawing((Stroke((0, 1.5), (2, 3), (0.25, 1.0)), Stroke((4,), (5,))))
    assert Drawing.from_json(json.loads(json.dumps(drawing.to_json()))) == drawing


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Drawing(()), "at least one stroke"),
        (lambda: Stroke((), ()), "at least one"),
        (lambda: Stroke((1, 2), (1,)), r"got \[2, 1\]"),
        (lambda: Stroke((1,), (1,), (0.5, 0.5)), r"got \[1, 1, 2\]"),
        (lambda: Stroke((math.nan,), (1,)), "finite numbers; got nan"),
        (lambda: Stroke((True,), (1,)), "finite numbers; got True"),
        (lambda: Stroke(("1",), (1,)), "finite numbers; got '1'"),
        (lambda: Stroke((1,), (1,), (1.5,)), "from 0 to 1"),
        (lambda: Drawing((Stroke((0,) * (MOST_POINTS + 1), (0,) * (MOST_POINTS + 1)),)), "4000 points, got 4001"),
        (lambda: Drawing.of([[[1, 2]]]), "Stroke 0 must be"),
        (lambda: Drawing.from_json("x"), "list of strokes, got str"),
        (lambda: Drawing.from_json([{"x": [1]}]), "Stroke 0 must be an object"),
        (lambda: Drawing.from_json([{"x": [1], "y": [1], "pressure": 1}]), "pressures of stroke 0"),
    ],
)
def test_refusals(make, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize("name", ["quickdraw_train.ndjson.xz", "quickdraw_raw_sample.ndjson.xz"])
def test_published_drawings_are_read(name: str) -> None:
    import lzma

    path = _SKETCHES / name
    if not path.exists():
        pytest.skip("there is no ../shared/data/sketch")
    with lzma.open(path, "rt", encoding="utf-8") as file:
        drawings = [Drawing.of(json.loads(next(file))["drawing"]) for _ in range(20)]
    assert all(drawing.point_count > 1 for drawing in drawings)


def test_names_and_search() -> None:
    assert name_of("🐱") == "cat face"
    assert name_of("our logo") == "our logo"
    assert ("🦝", "raccoon") in search_emoji("racc")
    assert search_emoji("face cat")[0] == ("🐱", "cat face")
    assert search_emoji("no such thing") == []
    assert len(search_emoji("", limit=7)) == 7


def test_one_emoji_has_one_label() -> None:
    assert checked_label(" ☀\ufe0f ") == checked_label("☀") == "☀"
    for wrong in ("", "  ", "a\nb", "x" * 101, None, 3):
        with pytest.raises(InputError, match="must be an emoji or a word"):
            checked_label(wrong)


def test_equal_drawings_are_equal_values() -> None:
    assert len({circle(), circle(), circle(2)}) == 2
