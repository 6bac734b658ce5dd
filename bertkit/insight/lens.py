"""The QA lens: at which layer does the answer appear?

The span head reads the last hidden state. The lens lets the same head read every hidden state before it, as the logit
lens does for language models. At the last layer this is exactly what the model computes. Before it, the reading is an
approximation: the head was trained for the last layer only, so a layer that holds the answer in another form looks as
if it did not know it, and probabilities of early layers are not calibrated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.insight.band import MAX_ANSWER_TOKENS, Band, RowSpan
from bertkit.insight.span_scores import probabilities_by_token
from bertkit.insight.subject import Array, Example, Subject
from bertkit.insight.text import bar, shortened, table
from bertkit.qa.progress import ProgressCallback
from bertkit.qa.scan import END_OUTPUT, START_OUTPUT

_HEADERS = ("", "best span", "score", "answer's rank", "start", "end", "")
_SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class LensStage:
    """What the span head reads in one hidden state.

    Attributes:
        name: `embeddings`, `encoder layer 1` and so on.
        layer: whose output the hidden state is.
        best: the best span here.
        answer_score: score of the final answer here.
        answer_rank: 1 where the final answer is the best span.
        start_probability: of the final answer's first token, a softmax over the passage and the null position.
        end_probability: of its last token, likewise.
    """

    name: str
    layer: str
    best: RowSpan
    answer_score: float
    answer_rank: int
    start_probability: float
    end_probability: float

    def to_json(self) -> dict[str, Any]:
        """Return the stage as plain values."""
        return {**vars(self), "best": self.best.to_json()}


@dataclass(frozen=True, eq=False)
class Lens:
    """The span head at every layer. See the module's own text for what early layers can and cannot tell.

    Attributes:
        example: the question and the window.
        answer: the best span at the last layer, in float32; a close call may end differently on an engine that rounds.
        stages: the embeddings first, the last encoder layer last.
        start_logits: [stages, length] float32.
        end_logits: [stages, length] float32.
        start_probabilities: [stages, length] float32, over the passage and the null position; 0 elsewhere.
        end_probabilities: [stages, length] float32, likewise.
    """

    example: Example
    answer: RowSpan
    stages: tuple[LensStage, ...]
    start_logits: NDArray[np.float32] = field(repr=False)
    end_logits: NDArray[np.float32] = field(repr=False)
    start_probabilities: NDArray[np.float32] = field(repr=False)
    end_probabilities: NDArray[np.float32] = field(repr=False)

    @property
    def appears_at(self) -> int:
        """The stage from which on the final answer is the best span at every stage."""
        stage = len(self.stages) - 1
        while stage > 0 and self.stages[stage - 1].answer_rank == 1:
            stage -= 1
        return stage

    @property
    def first_seen_at(self) -> int:
        """The first stage where the final answer is the best span, even if a later one prefers another."""
        return next(index for index, stage in enumerate(self.stages) if stage.answer_rank == 1)

    @property
    def sentence(self) -> str:
        """The finding in words."""
        answer = f'The answer "{shortened(self.answer.text, _SHOWN_CHARACTERS)}"'
        last, at = len(self.stages) - 1, self.appears_at
        where = f"at {self.stages[at].name} of {last}" if at > 0 else "in the embeddings already"
        said = f"{answer} appears {where}{' and is the best span from there on' if at < last else ''}."
        if self.first_seen_at < at:
            said += f" It is the best span first at {self.stages[self.first_seen_at].name}, and is then overtaken."
        return said

    def to_json(self) -> dict[str, Any]:
        """Return the lens; curves stay arrays."""
        arrays = ("start_logits", "end_logits", "start_probabilities", "end_probabilities")
        return {
            "question": self.example.question,
            "document": self.example.document.source,
            "window": self.example.index,
            "answer": self.answer.to_json(),
            "appears_at": self.appears_at,
            "first_seen_at": self.first_seen_at,
            "sentence": self.sentence,
            "stages": [stage.to_json() for stage in self.stages],
            **{name: getattr(self, name) for name in arrays},
        }

    def __str__(self) -> str:
        rows = [
            (
                stage.name,
                shortened(stage.best.text, _SHOWN_CHARACTERS),
                f"{stage.best.score:+.2f}",
                stage.answer_rank,
                f"{stage.start_probability:.1%}",
                f"{stage.end_probability:.1%}",
                bar((stage.start_probability * stage.end_probability) ** 0.5),
            )
            for stage in self.stages
        ]
        return f"{self.example}\n{self.sentence}\n{table(_HEADERS, rows)}"


def apply_lens(
    subject: Subject,
    example: Example,
    *,
    max_answer_tokens: int = MAX_ANSWER_TOKENS,
    hidden: Mapping[str, Array] | None = None,
    progress: ProgressCallback | None = None,
) -> Lens:
    """Let the span head read every hidden state of one run.

    Args:
        subject: a reader whose file bertkit wrote; any family, either format.
        example: the question and the window.
        max_answer_tokens: the longest answer, in tokens.
        hidden: the hidden states by layer (`subject.anatomy.hidden`), where a trace has kept them; None to run the
            model.
        progress: called after each hidden state; what it raises ends the work.

    Raises:
        UnsupportedError: bertkit did not write the file.
        ModelError: a logit is not a finite number, or the window has no span to choose from.
    """
    start, end = _logits(subject, example, hidden, progress)
    bands = [Band.of(example, *pair, max_answer_tokens) for pair in zip(start, end, strict=True)]
    answer = bands[-1].answer
    temperature = subject.reader.settings.temperature
    start_shares = probabilities_by_token(example, start, temperature)
    end_shares = probabilities_by_token(example, end, temperature)
    stages = [
        _stage(
            subject,
            index,
            band,
            answer,
            float(start_shares[index, answer.first]),
            float(end_shares[index, answer.last]),
        )
        for index, band in enumerate(bands)
    ]
    return Lens(example, answer, tuple(stages), start, end, start_shares, end_shares)


def _stage(subject: Subject, index: int, band: Band, answer: RowSpan, start: float, end: float) -> LensStage:
    anatomy = subject.anatomy
    score, rank = band.score(*answer.place), 1 + band.better(*answer.place)
    return LensStage(anatomy.stages[index], anatomy.hidden[index], band.answer, score, rank, start, end)


def _logits(
    subject: Subject, example: Example, hidden: Mapping[str, Array] | None, progress: ProgressCallback | None
) -> tuple[Array, Array]:
    """Return what the span head makes of each hidden state: two times [stages, length]."""
    from bertkit.insight.graph import as_array, compute, given_inputs, given_layers, node_of, output_nodes, walk

    lowered, layers = subject.lowered, subject.anatomy.hidden
    outputs = output_nodes(lowered)
    start, end = outputs[START_OUTPUT], outputs[END_OUTPUT]
    nodes = [node_of(lowered, layer) for layer in layers]
    known = given_inputs(lowered, example.inputs) if hidden is None else given_layers(lowered, example.inputs, hidden)
    states = ((node, known[node]) for node in nodes) if hidden is not None else walk(lowered, known, nodes)
    found = []
    for node, value in states:
        if node in nodes:
            logits = compute(lowered, {nodes[-1]: value}, [start, end])
            found.append((as_array(logits[start])[0], as_array(logits[end])[0]))
            if progress is not None:
                progress(len(found), len(nodes))
    return np.stack([pair[0] for pair in found]), np.stack([pair[1] for pair in found])
