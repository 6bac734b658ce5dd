"""What the widgets' tests share: models to look at, every panel there is, and a browser."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parents[1] / "qa"))

from bare_page import BarePage, launched, opened
from jupyter_server import JupyterServer, started
from qa_fakes import FakeModel
from sample_learning import report_of, taught
from sample_models import HOSTILE, write_network, write_program
from sample_readers import LIGHTHOUSE, PASSAGE, bench_of, example_of, hostile_reader, open_subject
from small_pads import circle, cross, write_small

from bertkit.coreml import Package
from bertkit.drawing import EmojiPad
from bertkit.insight import Example, Subject
from bertkit.insight.workload import Workload
from bertkit.inspect import inspect_model
from bertkit.inspect.atlas import atlas_of
from bertkit.qa import Document, Reader
from bertkit.qa.document import Span
from bertkit.widgets.answer_span.panel import AnswerSpanPanel
from bertkit.widgets.ask_document.panel import AskDocumentPanel
from bertkit.widgets.ask_document.session import Session
from bertkit.widgets.attention_view.panel import AttentionPanel
from bertkit.widgets.before_after.panel import BeforeAfterPanel
from bertkit.widgets.cost_map.panel import CostPanel
from bertkit.widgets.draw_pad.panel import DrawPadPanel
from bertkit.widgets.model_inspector.panel import ModelInspectorPanel
from bertkit.widgets.model_map.opening import open_atlas
from bertkit.widgets.model_map.panel import ModelMapPanel
from bertkit.widgets.model_pair.panel import pair as model_pair
from bertkit.widgets.panel import Panel
from bertkit.widgets.parity.panel import ParityPanel
from bertkit.widgets.tokenizer_view.panel import TokenizerPanel

HOSTILE_TEXT = f"lit\nlit\n{HOSTILE}\nlit\n{HOSTILE}"
"""Words of `hostile_reader`, one a line."""


def _reader(text: str) -> Reader:
    """Return a reader without layers for one of these texts."""
    return hostile_reader(HOSTILE) if HOSTILE in text else Reader(FakeModel(lengths=(48,)))


def _asked(question: str, text: str) -> tuple[Subject, Example]:
    """Return a reader without layers, and the window with its answer."""
    subject = Subject(_reader(text))
    return subject, subject.example(question, Document.from_text(text, text))


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an ML Program of an encoder with three layers that are alike, named as bertkit names them."""
    return write_program(tmp_path_factory.mktemp("program") / "encoder.mlpackage")


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an updatable NeuralNetwork with flat layer names."""
    return write_network(tmp_path_factory.mktemp("network") / "classifier.mlmodel")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a NeuralNetwork whose names and metadata are markup that would run."""
    return write_network(tmp_path_factory.mktemp("hostile") / "classifier.mlmodel", layer=HOSTILE, note=HOSTILE)


def asked(text: str, *questions: str, source: str = "notes.txt") -> Session:
    """Return a document with one page and one heading that was asked of a model by rule; see qa_fakes."""
    whole = Span(0, len(text), source)
    session = Session(Document(text, source, (whole,), (whole,)), Reader(FakeModel(lengths=(128, 256))))
    for question in questions:
        session.ask(question)
    return session


def costs(package: Package, runs: int = 1) -> CostPanel:
    """Return what a model's layers cost."""
    panel = CostPanel(atlas_of(package), Workload.of(package))
    if runs:
        panel.run(runs=runs)
    return panel


def compared(subject: Subject, checkpoint: Path, text: str = "") -> ParityPanel:
    """Return a reader beside its original; with `text` that is the question and every layer's name."""
    panel = ParityPanel(subject, checkpoint, example_of(subject, text), tolerance=1e-4)
    found = panel.run()
    if text:
        named = tuple(replace(module, layer=f"{text}{at}", original=text) for at, module in enumerate(found.modules))
        panel.parity = replace(found, modules=named)
    return panel


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a converted file, and the checkpoint that it was converted from."""
    from bert_checkpoints import CONFIGS, make_checkpoint

    from bertkit.bert import convert

    folder = tmp_path_factory.mktemp("pair")
    checkpoint = make_checkpoint(folder / "tiny-bert", "bert", CONFIGS["bert"])
    convert(checkpoint, folder / "tiny-bert.mlpackage", lengths=(24,))
    return folder / "tiny-bert.mlpackage", checkpoint


@pytest.fixture(scope="session")
def small_subject(pair: tuple[Path, Path]) -> Subject:
    """Return that file as a reader to look into: random, two layers with four heads."""
    return open_subject(pair[0])


@pytest.fixture(scope="session")
def pads(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., EmojiPad]:
    """Return a function that makes a pad with a small model: taught a circle under each name that it is given."""
    folder = tmp_path_factory.mktemp("pads")
    model = write_small(folder / "small.mlmodel")

    def make(*names: str) -> EmojiPad:
        pad = EmojiPad(model=model)
        for at, name in enumerate(names):
            pad.teach([circle(squeeze=1 + at), cross(bend=10 * at)], name)
        return pad

    return make


@pytest.fixture(scope="session")
def panels(
    program: Path,
    network: Path,
    hostile: Path,
    pair: tuple[Path, Path],
    small_subject: Subject,
    pads: Callable[..., EmojiPad],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Panel]:
    """Return every panel there is; those called `... hostile` show text that would run if it became markup."""
    learning = tmp_path_factory.mktemp("learning")
    return {
        "document": AskDocumentPanel(
            asked("The lamp was lit in 1698.\n\nThe tower fell in 1703.", "1698", "the tower")
        ),
        "document not open": AskDocumentPanel(Session()),
        "document hostile": AskDocumentPanel(asked(f"{HOSTILE}\n\nand {HOSTILE}", HOSTILE, source=HOSTILE)),
        "answer span": AnswerSpanPanel(*_asked("lit 1698", LIGHTHOUSE)),
        "answer span with layers": AnswerSpanPanel(small_subject, example_of(small_subject)),
        "answer span hostile": AnswerSpanPanel(*_asked(HOSTILE, HOSTILE_TEXT)),
        "before and after": BeforeAfterPanel(report_of()),
        "before and after empty": BeforeAfterPanel(None),
        "before and after hostile": BeforeAfterPanel(report_of(HOSTILE)),
        "personalize": taught(pair[0], learning / "plain"),
        "personalize empty": taught(pair[0], learning / "empty", count=0),
        "personalize hostile": taught(pair[0], learning / "hostile", HOSTILE),
        "tokenizer": TokenizerPanel(_reader(LIGHTHOUSE), "lit 1698", Document.from_text(LIGHTHOUSE)),
        "tokenizer hostile": TokenizerPanel(_reader(HOSTILE_TEXT), HOSTILE, Document.from_text(HOSTILE_TEXT, HOSTILE)),
        "model map of a program": ModelMapPanel(atlas_of(Package.open(program))),
        "model map hostile": ModelMapPanel(atlas_of(Package.open(hostile))),
        "model pair": model_pair(ModelMapPanel(open_atlas(pair[0])), open_atlas(pair[1])),
        "model pair hostile": model_pair(ModelMapPanel(open_atlas(hostile)), open_atlas(pair[1])),
        "model inspector of a network": ModelInspectorPanel(inspect_model(network), inspect_model(hostile)),
        "model inspector of a program": ModelInspectorPanel(inspect_model(program)),
        "attention": AttentionPanel(small_subject, example_of(small_subject)),
        "attention hostile": AttentionPanel(small_subject, example_of(small_subject, HOSTILE)),
        "cost": costs(small_subject.model.package),
        "cost not measured": costs(small_subject.model.package, runs=0),
        "draw pad": DrawPadPanel(pads("⭕", "❌"), circle()),
        "draw pad empty": DrawPadPanel(pads()),
        "draw pad hostile": DrawPadPanel(pads(HOSTILE), circle()),
        "cost hostile": costs(Package.open(hostile)),
        "workbench": bench_of(small_subject, "w3 w9"),
        "workbench not asked": bench_of(small_subject),
        "workbench compared": bench_of(small_subject, "w3 w9", "w3 w15"),
        "workbench hostile": bench_of(
            small_subject, "w3", "<img onerror=hacked>", text=f"{HOSTILE} {PASSAGE}", source=HOSTILE
        ),
        "parity": compared(small_subject, pair[1]),
        "parity not compared": ParityPanel(small_subject, pair[1], example_of(small_subject)),
        "parity hostile": compared(small_subject, pair[1], HOSTILE),
        "model inspector hostile": ModelInspectorPanel(inspect_model(hostile)),
    }


@pytest.fixture(scope="session")
def shared_models() -> list[Path]:
    """Return Core ML files of other people; skips where there are none."""
    folder = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "coreml"
    if not folder.is_dir():
        pytest.skip("there is no ../shared/data/coreml")
    return sorted(folder.glob("*.mlmodel"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with launched() as started:
        yield started


@pytest.fixture
def bare(browser: Any) -> Iterator[BarePage]:
    """Return a page without Jupyter; at the end it must have asked for nothing and raised nothing."""
    with opened(browser) as page:
        yield page
        assert page.blocked == []
        assert page.errors == []


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """Return a running JupyterLab, which serves Notebook 7 too."""
    with started(tmp_path_factory.mktemp("jupyter") / "server") as server:
        yield server
