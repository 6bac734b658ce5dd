"""Small readers for the widgets' tests."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from qa_fakes import FakeModel
from tokenizers import Tokenizer, models, pre_tokenizers

from bertkit.bert.settings import TOKENIZER_KEY
from bertkit.coreml import Configuration
from bertkit.insight import Example, Subject
from bertkit.insight.token_row import TokenRow
from bertkit.qa import Document, Reader
from bertkit.widgets.workbench.panel import WorkbenchPanel

os.environ.setdefault("HF_HUB_OFFLINE", "1")

PASSAGE = "w1 thes w20 w7 nothing w9 w33 the w3 w15 w2 w40 w8"
QUESTION = "w3 w9"

LIGHTHOUSE = "the lamp was lit 1698 on the rock and the keeper wrote it down; a storm took the tower in 1703"
"""Several windows of a fake reader, whose pieces are characters and whose answer is where the question stands."""


def open_subject(path: Path) -> Subject:
    """Open a reader with the torch engine."""
    return Subject(Reader(path, configuration=Configuration(engine="torch", cache=False)))


def bench_of(subject: Subject, *questions: str, text: str = PASSAGE, source: str = "passage.txt") -> WorkbenchPanel:
    """Return a workbench whose questions were asked; with two of them the first is pinned."""
    bench = WorkbenchPanel([subject], Document.from_text(text, source), ["w20 w7", source])
    for question in questions:
        bench.answer(question, lambda done, total, note: None)
    bench.pin(questions[0] if len(questions) > 1 else "")
    return bench


def example_of(subject: Subject, text: str = "") -> Example:
    """Return a question on a passage; with `text` that is the question, the document's name and every token's piece."""
    example = subject.example(QUESTION, Document.from_text(PASSAGE, text or "passage.txt"), window=0)
    if not text:
        return example
    hostile = Example(replace(example.tokenization, question=text), example.index, example.inputs)
    tokens = tuple(replace(token, piece=f"{text}{token.index}") for token in example.row)
    vars(hostile)["row"] = TokenRow(tokens)  # a cached property
    return hostile


def hostile_reader(word: str) -> Reader:
    """Return a reader whose vocabulary has `word` as a piece; lines of a text are its words."""
    special = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3}
    tokenizer = Tokenizer(models.WordLevel({**special, word: 4, "lit": 5}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("\n", "removed")
    tokenizer.add_special_tokens(list(special))
    model = FakeModel(lengths=(16,))
    model.description.metadata.user_defined[TOKENIZER_KEY] = tokenizer.to_str()
    return Reader(model)
