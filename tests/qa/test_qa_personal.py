"""Corrections are kept and deleted; a reader learns them, says what changed, and goes back."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bert"))

from bert_checkpoints import CONFIGS, make_checkpoint

from bertkit.bert import convert
from bertkit.coreml import Configuration
from bertkit.coreml.update import TaskState
from bertkit.errors import BertkitError, FileError, InputError
from bertkit.qa import Document, Reader
from bertkit.qa.personal import Corrections, Group, Item, Report
from bertkit.qa.personal.general import general_questions

TEXT = "w1 thes w20 w7 nothing w9 w33 the w3 w15 w2 w40 w8"
DOCUMENT = Document.from_text(TEXT, "passage.txt")
LEARN = {"epochs": 60, "learningRate": 0.05}


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("personal")
    config = {**CONFIGS["bert"], "max_position_embeddings": 400}
    checkpoint = make_checkpoint(folder / "tiny-bert", "bert", config)
    convert(checkpoint, folder / "tiny.mlpackage", lengths=(24, 400), precision="float32")
    return folder / "tiny.mlpackage"


def _reader(model: Path, folder: Path) -> Reader:
    return Reader(model, configuration=Configuration(engine="torch", cache=False), personal=folder)


def test_corrections_are_listed_replaced_and_deleted(tmp_path: Path) -> None:
    kept = Corrections(tmp_path / "deep" / "kept.sqlite")
    assert len(kept) == 0
    assert list(kept) == []
    first = kept.add(" w3? ", DOCUMENT, TEXT.index(" w9"), TEXT.index(" w9") + 4)
    assert (first.question, first.text) == ("w3?", "w9")
    kept.add("w3?", DOCUMENT, 0, 2)
    second = kept.add("another", DOCUMENT, 3, 7)
    assert [one.text for one in kept] == ["w1", "thes"]
    assert next(iter(kept)).source == DOCUMENT
    kept.delete(second.number)
    assert [one.text for one in kept] == ["w1"]
    kept.clear()
    assert len(kept) == 0
    assert b"nothing" not in kept.path.read_bytes()


def test_corrections_without_words_are_refused(tmp_path: Path) -> None:
    kept = Corrections(tmp_path / "kept.sqlite")
    for question, start, end in (("", 0, 2), ("w3", 5, 5), ("w3", 2, 3), ("w3", 0, 1000)):
        with pytest.raises(InputError):
            kept.add(question, DOCUMENT, start, end)
    with pytest.raises(InputError, match="no correction 7"):
        kept.delete(7)
    kept.path.write_bytes(b"no database" * 100)
    with pytest.raises(FileError, match="cannot be read"):
        list(kept)


def test_a_reader_learns_a_correction_and_goes_back(small_model: Path, tmp_path: Path) -> None:
    reader = _reader(small_model, tmp_path)
    before = reader.ask("w3 w9", DOCUMENT)[0].text
    right = "w40 w8" if before != "w40 w8" else "w1 thes"
    reader.correct("w3 w9", DOCUMENT, right)
    update = reader.personalize(repeat=False, parameters=LEARN)
    update.resume()
    report = update.result(120)
    assert report.taught.items[0].after == right
    assert report.taught.count("fixed") == 1
    assert len(report.held_back.items) == 0
    assert len(report.general.items) == 48
    assert reader.ask("w3 w9", DOCUMENT)[0].text == before  # not kept yet
    update.keep(even_if_it_forgets=True)
    assert reader.ask("w3 w9", DOCUMENT)[0].text == right
    assert _reader(small_model, tmp_path).ask("w3 w9", DOCUMENT)[0].text == right
    assert reader.rollback() == 0
    assert reader.ask("w3 w9", DOCUMENT)[0].text == before
    assert reader.rollback(1) == 1


def test_a_cancelled_update_changes_nothing(small_model: Path, tmp_path: Path) -> None:
    reader = _reader(small_model, tmp_path)
    reader.correct("w3 w9", DOCUMENT, (0, 2))
    update = reader.personalize(parameters={"epochs": 1000})
    with pytest.raises(InputError, match="not begun"):
        update.result()
    update.resume()
    update.pause()
    assert update.state is TaskState.SUSPENDED
    update.cancel()
    assert update.wait(20)
    assert update.state is TaskState.FAILED
    with pytest.raises(BertkitError, match="cancelled"):
        update.keep()
    assert reader.personal.version == 0


def test_what_cannot_be_learned_is_refused(small_model: Path, tmp_path: Path) -> None:
    reader = _reader(small_model, tmp_path)
    with pytest.raises(InputError, match="no correction"):
        reader.personalize()
    with pytest.raises(InputError, match="nothing to roll back"):
        reader.rollback()
    with pytest.raises(InputError, match="stand 2 times"):
        reader.correct("w3", Document.from_text("one two one"), "one")


def test_a_model_that_forgets_is_told(small_model: Path, tmp_path: Path) -> None:
    def group(name: str, *grades: tuple[float, float]) -> Group:
        return Group(name, tuple(Item("q", "r", "d", "b", "a", *pair) for pair in grades))

    taught, held_back = group("taught", (0, 1), (1, 0.5), (0, 0.5), (1, 0), (0.5, 0.5)), group("held back")
    changes = [item.change for item in taught.items]
    assert changes == ["fixed", "broken", "better", "broken", "same"]
    assert held_back.f1_before is None
    steady = Report(taught, held_back, group("general", *[(1, 1)] * 99, (1, 0)))
    assert not steady.forgets
    assert Report(taught, held_back, group("general", *[(1, 1)] * 98, *[(1, 0)] * 2)).forgets
    assert "taught" in str(steady)


def test_general_questions_have_their_answers() -> None:
    repeated, judged = general_questions()
    assert len(repeated) == len(judged) == 48
    assert not {one.document.text for one in repeated} & {one.document.text for one in judged}
    for one in (*repeated, *judged):
        assert one.document.text[one.start : one.end] == one.answers[0]
