"""The drawing model that ships with bertkit: valid, small, updatable, and as good as it was when it was measured."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from bertkit.coreml import Package
from bertkit.coreml.validate import validate
from bertkit.drawing import Drawing, EmojiPad, Stroke
from bertkit.drawing.drawing_input import METADATA_KEY
from bertkit.drawing.pad import DEFAULT_MODEL
from bertkit.resources import resource

_SKETCHES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "sketch" / "quickdraw_train.ndjson.xz"


@pytest.fixture(scope="module")
def package() -> Package:
    return Package.open(resource(DEFAULT_MODEL))


def test_the_file_is_valid_small_and_says_where_it_is_from(package: Package) -> None:
    assert validate(package).problems == ()
    assert package.path.stat().st_size < 2_000_000
    description = package.specification.description
    assert "Quick, Draw! Dataset, Google, CC BY 4.0" in description.metadata.license
    assert len(json.loads(description.metadata.userDefined[METADATA_KEY])["held_back_classes"]) == 64
    assert package.specification.isUpdatable


def test_three_drawings_teach_it_something_new(tmp_path: Path) -> None:
    pad = EmojiPad(tmp_path / "pad")
    assert len(pad.known) > 100
    pad.teach([_ladder(steps) for steps in (4, 5, 6)], "our ladder")
    assert pad.guess(_ladder(7))[0].emoji == "our ladder"


@pytest.mark.skipif(not _SKETCHES.exists(), reason="there is no ../shared/data/sketch")
def test_it_tells_five_classes_apart_that_it_was_never_trained_on(package: Package, tmp_path: Path) -> None:
    stored = json.loads(package.specification.description.metadata.userDefined[METADATA_KEY])
    wanted = stored["held_back_classes"][:5]
    drawings: dict[str, list[Drawing]] = {word: [] for word in wanted}
    with lzma.open(_SKETCHES, "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            if row["word"] in drawings:
                drawings[row["word"]].append(Drawing.of(row["drawing"]))
    pad = EmojiPad(tmp_path / "pad")
    for word, rows in drawings.items():
        pad.teach(rows[:10], word)
    places = []
    for word, rows in drawings.items():
        for drawing in rows[10:]:
            ours = [guess.emoji for guess in pad.guess(drawing, top=50) if guess.emoji in drawings]
            places.append(ours[:1] == [word])
    assert sum(places) / len(places) > 0.5  # by chance 0.2


def _ladder(steps: int) -> Drawing:
    rungs = [Stroke((0, 60), (30 * step, 30 * step + 4)) for step in range(1, steps)]
    height = 30 * steps
    return Drawing((Stroke((0, 0), (0, height)), Stroke((60, 62), (0, height)), *rungs))
