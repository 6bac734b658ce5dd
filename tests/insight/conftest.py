"""What the tests of insight share: tiny readers of every family, and a fake one whose answers are known."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bert"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "qa"))

from bert_checkpoints import CONFIGS, make_checkpoint
from qa_fakes import FakeModel

from bertkit.bert import convert
from bertkit.coreml import Configuration
from bertkit.insight import Example, Subject
from bertkit.qa import Document, Reader

os.environ.setdefault("HF_HUB_OFFLINE", "1")

PASSAGE = "w1 thes w20 w7 nothing w9 w33 the w3 w15 w2 w40 w8"


@pytest.fixture(scope="session")
def checkpoint_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of a family's tiny random checkpoint, made once a session."""
    made: dict[str, Path] = {}

    def get(family: str) -> Path:
        if family not in made:
            made[family] = make_checkpoint(tmp_path_factory.mktemp(family), family, CONFIGS[family])
        return made[family]

    return get


@pytest.fixture(scope="session")
def subject_of(
    checkpoint_of: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Subject]:
    """Return a family's tiny reader in one format, converted once a session, run by the torch engine."""
    made: dict[tuple[str, str], Subject] = {}

    def get(family: str, kind: str = "mlprogram") -> Subject:
        if (family, kind) not in made:
            suffix = ".mlpackage" if kind == "mlprogram" else ".mlmodel"
            out = tmp_path_factory.mktemp("converted") / f"{family}{suffix}"
            convert(checkpoint_of(family), out, format=kind, lengths=(24, 40), precision="float32")
            made[family, kind] = Subject(Reader(out, configuration=Configuration(engine="torch", cache=False)))
        return made[family, kind]

    return get


@pytest.fixture
def example_of(subject_of: Callable[[str, str], Subject]) -> Callable[[str, str], tuple[Subject, Example]]:
    """Return a family's tiny reader with a padded row of a question and a passage."""

    def get(family: str, kind: str = "mlprogram") -> tuple[Subject, Example]:
        subject = subject_of(family, kind)
        return subject, subject.example("w3 w9", Document.from_text(PASSAGE), window=0)

    return get


@pytest.fixture
def fake() -> Subject:
    """Return a reader without layers: the answer is wherever the question's words stand."""
    return Subject(Reader(FakeModel()))
