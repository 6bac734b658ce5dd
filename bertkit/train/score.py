"""A network in training asked questions, by the reader and the metrics that everything else is judged by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bertkit.bert.settings import READER_KEY, TOKENIZER_KEY, ReaderSettings
from bertkit.qa import metrics
from bertkit.qa.datasets import KnownQuestion, tasks_of
from bertkit.qa.reader import Options, Reader
from bertkit.qa.windows import INPUTS
from bertkit.train.encode import RowMaker

if TYPE_CHECKING:
    from torch import nn

    from bertkit.train.place import Place

_MAX_BATCH = 32
_LENGTH_STEP = 32


@dataclass(frozen=True)
class Score:
    """How a network answers. Metrics in percent, as SQuAD defines them.

    Attributes:
        step: batches learned before.
        seconds: wall-clock time since the training began.
        count: questions asked.
        exact_match: over those that have an answer, when one must be given.
        f1: likewise.
        best_f1: over all, with the null threshold that suits these questions best; None where all have an answer.
        best_threshold: that threshold.
    """

    step: int
    seconds: float
    count: int
    exact_match: float
    f1: float
    best_f1: float | None = None
    best_threshold: float | None = None

    def summary(self) -> str:
        """Return it in a line."""
        line = f"F1 {self.f1:.2f}, exact match {self.exact_match:.2f} on {self.count} questions"
        if self.best_f1 is None:
            return line
        return f"{line}; with silence F1 {self.best_f1:.2f} at null threshold {self.best_threshold:.2f}"


@dataclass(frozen=True)
class _Metadata:
    user_defined: dict[str, str]


@dataclass(frozen=True)
class _Description:
    metadata: _Metadata
    inputs: tuple[()] = ()


@dataclass(frozen=True)
class NetworkPredictor:
    """A network in the place of a Core ML model.

    Attributes:
        network: returns start and end logits.
        place: where it runs.
        description: what a reader needs to know.
    """

    network: Any
    place: Place
    description: _Description

    @classmethod
    def of(cls, network: nn.Module, maker: RowMaker, place: Place) -> NetworkPredictor:
        """Return the predictor of a network whose rows a maker makes."""
        lengths = (*range(_LENGTH_STEP * 2, maker.length, _LENGTH_STEP), maker.length)
        settings = ReaderSettings("bert", lengths, _MAX_BATCH, INPUTS, maker.pair)
        stated = {READER_KEY: settings.to_json(), TOKENIZER_KEY: maker.encoder.tokenizer.to_str()}
        return cls(network, place, _Description(_Metadata(stated)))

    def predict(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return start and end logits, each [batch, sequence] float32."""
        import torch

        takes_types = getattr(self.network.config, "type_vocab_size", 0) > 1
        tensors = {
            name: torch.from_numpy(value).long().to(self.place.device)
            for name, value in inputs.items()
            if takes_types or name != "token_type_ids"
        }
        with torch.no_grad(), self.place.autocast():
            outputs = self.network(**tensors)
        names = ("start_logits", "end_logits")
        return {name: outputs[name].float().cpu().numpy() for name in names}

    def predict_batch(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Run the network once for each row."""
        return [self.predict(row) for row in rows]


def measure(
    network: nn.Module, questions: Sequence[KnownQuestion], maker: RowMaker, place: Place, step: int, seconds: float
) -> Score:
    """Ask a network questions with known answers.

    Args:
        network: returns start and end logits.
        questions: at least one with an answer.
        maker: what the network's rows are made with.
        place: where it runs.
        step: batches learned before.
        seconds: wall-clock time since the training began.
    """
    was_training = network.training
    network.eval()
    try:
        reader = Reader(NetworkPredictor.of(network, maker, place))
        asked = [question.question for question in questions]
        results = reader.read(asked, tasks_of(questions), Options(top_k=1, batch_size=_MAX_BATCH))
    finally:
        network.train(was_training)
    given = [result[0].text if len(result) > 0 else "" for result in results]
    known = [question.answers for question in questions]
    exact = [metrics.exact_match(text, answers) for text, answers in zip(given, known, strict=True) if answers]
    f1 = [metrics.f1(text, answers) for text, answers in zip(given, known, strict=True) if answers]
    best: metrics.BestThreshold | None = None
    if len(f1) < len(questions):
        values = [metrics.f1(text, answers) for text, answers in zip(given, known, strict=True)]
        leads = [result.no_answer.score for result in results]
        best = metrics.best_threshold(values, leads, [bool(answers) for answers in known])
    return Score(
        step=step,
        seconds=seconds,
        count=len(questions),
        exact_match=100 * float(np.mean(exact)),
        f1=100 * float(np.mean(f1)),
        best_f1=None if best is None else 100 * best.value,
        best_threshold=None if best is None else best.threshold,
    )


def spread(questions: Sequence[KnownQuestion], limit: int | None) -> list[KnownQuestion]:
    """Return at most so many questions, evenly spread over all."""
    if limit is None or limit >= len(questions):
        return list(questions)
    return [questions[index] for index in np.linspace(0, len(questions) - 1, limit).astype(int)]
