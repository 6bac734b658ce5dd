"""`bertkit view`: pages of models and of documents, told apart by their suffix."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).resolve().parents[2] / "data" / "documents" / "lighthouses.txt"


def test_a_document_becomes_a_page_with_its_answers(bertkit, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    run = bertkit("view", DOCUMENT, "-q", "Who built the first tower?", "-q", "Who won the football match?", "-o", page)
    assert run.code == 0
    assert str(page) in run.out
    content = page.read_text(encoding="utf-8")
    assert "Henry Winstanley</mark>" in content
    assert "Who won the football match?" in content
    assert set(re.findall(r"https?://[^\s\"'`)<]*", content)) <= {"http://www.w3.org/2000/svg"}


def test_a_document_without_questions_needs_no_reader(bertkit, tmp_path: Path) -> None:
    run = bertkit("view", DOCUMENT, "--text")
    assert run.code == 0
    assert run.out.startswith("lighthouses.txt")
    assert "No question was asked yet" in run.out


def test_a_model_becomes_a_page(bertkit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert bertkit("view").code == 0
    assert "EncoderLayer" in (tmp_path / "model.html").read_text(encoding="utf-8")


def test_a_hugging_face_model_becomes_a_page_alone_and_beside_its_file(bertkit, checkpoint: Path, tiny: Path) -> None:
    assert "BertSelfAttention" in bertkit("view", checkpoint, "--text").out
    run = bertkit("view", tiny, "--original", checkpoint, "--text")
    assert "encoder__layer_0__attention__self__query" in run.out
    assert "bert.encoder.layer.0.attention.self.query" in run.out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["archive.zip"], ".mlpackage, .mlmodel"),
        (["missing.pdf"], "no document at missing.pdf"),
        (["missing.mlpackage"], "missing.mlpackage"),
        ([DOCUMENT, "--original", "tiny-bert"], "--original is for Core ML files"),
        (["-q", "Who?"], "--question and --model are for documents"),
    ],
)
def test_what_cannot_be_viewed_is_refused_in_one_line(
    bertkit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], named: str
) -> None:
    monkeypatch.chdir(tmp_path)
    run = bertkit("view", *arguments)
    assert run.code == 2
    assert named in run.error
    assert len(run.error.splitlines()) == 1
    assert not list(tmp_path.iterdir())
