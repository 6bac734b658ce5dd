"""A pad guesses, learns, forgets and goes back; what it keeps survives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_pads import circle, cross, write_small

from bertkit.coreml import Model, Package
from bertkit.drawing import EmojiPad
from bertkit.errors import FileError, InputError, ModelError


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small(tmp_path_factory.mktemp("pad") / "small.mlmodel")


@pytest.fixture
def pad(tmp_path: Path, model: Path) -> EmojiPad:
    return EmojiPad(tmp_path / "pad", model)


def _best(pad: EmojiPad, drawing) -> str:
    return pad.guess(drawing)[0].emoji


def test_three_drawings_teach_an_emoji(pad: EmojiPad) -> None:
    assert pad.guess(circle()) == []
    pad.teach([circle(squeeze=s) for s in (0.9, 1, 1.1)], "⭕")
    taught = pad.teach([cross(bend=b) for b in (0, 5, 10)], "❌")
    assert [example.number for example in taught] == [4, 5, 6]
    assert (_best(pad, circle(squeeze=0.95)), _best(pad, cross(bend=7))) == ("⭕", "❌")
    assert pad.known == ("⭕", "❌")
    guesses = pad.guess(cross(bend=7))
    assert sum(guess.score for guess in guesses) == pytest.approx(1)
    assert guesses[0].name == "cross mark"


def test_what_is_known_from_the_start_stays(tmp_path: Path) -> None:
    pad = EmojiPad(tmp_path / "pad", write_small(tmp_path / "known.mlmodel", known=True))
    assert _best(pad, circle()) == "dot"
    pad.teach(circle(), "⭕")
    assert _best(pad, circle()) == "⭕"
    assert [guess.emoji for guess in pad.guess(circle(), version=0)] == ["dot"]
    assert pad.known == ("dot", "⭕")


def test_delete_forgets_and_undo_brings_back(pad: EmojiPad) -> None:
    first, second = pad.teach([circle(), circle(squeeze=1.2)], "⭕")
    (third,) = pad.teach(cross(), "❌")
    pad.delete(third.number)
    assert pad.examples == (first, second)
    assert _best(pad, cross()) == "⭕"
    labels = Package.open(pad.model_path).specification.pipelineClassifier.pipeline.models[1]
    assert list(labels.kNearestNeighborsClassifier.stringClassLabels.vector) == ["⭕", "⭕"]
    pad.undo()
    assert pad.examples == (first, second, third)
    assert _best(pad, cross()) == "❌"
    pad.undo()
    pad.undo()
    assert (pad.examples, pad.version, pad.can_undo) == ((), 0, False)
    with pytest.raises(InputError, match="nothing to undo"):
        pad.undo()


def test_deleting_everything_is_the_beginning(pad: EmojiPad) -> None:
    taught = pad.teach([circle(), cross()], "⭕")
    pad.delete(*(example.number for example in taught))
    assert (pad.examples, pad.version, pad.guess(circle())) == ((), 0, [])
    assert pad.teach(circle(), "⭕")[0].number == 3


def test_a_pad_is_opened_again_and_copied(pad: EmojiPad, tmp_path: Path) -> None:
    pad.teach(circle(), "⭕")
    pad.teach(cross(), "❌")
    pad.save(tmp_path / "copy")
    pad.undo()
    for folder, examples, best in ((pad.folder, 1, "⭕"), (tmp_path / "copy", 2, "❌")):
        again = EmojiPad(folder)
        assert (len(again.examples), _best(again, cross())) == (examples, best)
    assert again.examples[1].drawing == cross()


def test_the_model_in_use_is_a_file_for_any_app(pad: EmojiPad) -> None:
    from bertkit.drawing import rasterize

    pad.teach(circle(), "⭕")
    predicted = Model.load(pad.model_path).predict({"drawing": rasterize(circle(), 16, line_width=1.0)})
    assert str(predicted["label"]) == "⭕"


def test_an_update_without_its_examples_is_dropped(pad: EmojiPad) -> None:
    """A pad that is killed after the model was kept, and before its examples were, is as it was."""
    pad.teach(circle(), "⭕")
    stored = (pad.folder / "examples.json").read_bytes()
    pad.teach(cross(), "❌")
    (pad.folder / "examples.json").write_bytes(stored)
    again = EmojiPad(pad.folder)
    assert (again.known, again.store.current.number, len(again.store.versions)) == (("⭕",), 1, 2)


def test_a_beginning_that_was_interrupted_is_finished(pad: EmojiPad, model: Path) -> None:
    (pad.folder / "examples.json").unlink()
    again = EmojiPad(pad.folder, model)
    again.teach(circle(), "⭕")
    (pad.folder / "examples.json").unlink()
    with pytest.raises(FileError, match="models that no pad was taught"):
        EmojiPad(pad.folder, model)


def test_versions_that_nothing_leads_to_are_removed(pad: EmojiPad) -> None:
    pad.teach(circle(), "⭕")
    pad.undo()
    assert len(pad.store.versions) == 1
    assert len(list((pad.folder / "models").glob("version_*"))) == 0


def test_refusals(pad: EmojiPad, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least one drawing"):
        pad.teach([], "⭕")
    with pytest.raises(InputError, match="an emoji or a word"):
        pad.teach(circle(), " ")
    with pytest.raises(InputError, match="no example 7"):
        pad.delete(7)
    with pytest.raises(InputError, match="500 examples; this would make 501"):
        pad.teach([circle()] * 501, "⭕")
    assert pad.examples == ()
    (pad.folder / "examples.json").write_text(json.dumps({"form": 2}))
    with pytest.raises(FileError, match="form 2"):
        EmojiPad(pad.folder)
    (pad.folder / "examples.json").write_text("{")
    with pytest.raises(FileError, match="is damaged"):
        EmojiPad(pad.folder)


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    import validate_models as models

    from bertkit.coreml import save_model

    path = save_model(tmp_path / "n.mlmodel", models.neighbors())
    with pytest.raises(ModelError, match="ends in nearest neighbors"):
        EmojiPad(tmp_path / "pad", path)
