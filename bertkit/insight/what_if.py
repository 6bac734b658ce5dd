"""Change one thing and ask again: hide tokens, or silence attention heads, and see what becomes of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.names import SEPARATOR
from bertkit.errors import InputError
from bertkit.insight.band import MAX_ANSWER_TOKENS, Band, RowSpan
from bertkit.insight.subject import Array, Example, Subject
from bertkit.insight.text import shortened
from bertkit.qa.scan import END_OUTPUT, START_OUTPUT
from bertkit.qa.windows import Window

_SHOWN_CHARACTERS = 48
_SHOWN_HEADS = 6


@dataclass(frozen=True, eq=False)
class AnswerChange:
    """The best span of a window before and after a change.

    Attributes:
        change: what was done, in words.
        before: the best span without the change.
        after: the best span with it.
        kept_score: what the change leaves of `before`'s score.
        start_logits: [length] float32, with the change.
        end_logits: [length] float32, with the change.
    """

    change: str
    before: RowSpan
    after: RowSpan
    kept_score: float
    start_logits: NDArray[np.float32] = field(repr=False)
    end_logits: NDArray[np.float32] = field(repr=False)

    @property
    def same(self) -> bool:
        """Whether the best span is the same."""
        return self.before.place == self.after.place

    @property
    def no_answer(self) -> bool:
        """Whether "no answer" leads every span after the change."""
        return self.after.score < 0

    def to_json(self) -> dict[str, Any]:
        """Return the change; curves stay arrays."""
        spans = {"before": self.before.to_json(), "after": self.after.to_json()}
        return {**vars(self), **spans, "same": self.same, "no_answer": self.no_answer}

    def __str__(self) -> str:
        before, after = (shortened(span.text, _SHOWN_CHARACTERS) for span in (self.before, self.after))
        shift = f"its score goes from {self.before.score:+.2f} to {self.kept_score:+.2f}"
        if self.same:
            return f'{self.change}: the answer is still "{before}"; {shift}.'
        null = ', and "no answer" leads it' if self.no_answer else ""
        return (
            f'{self.change}: the answer was "{before}" and becomes "{after}" ({self.after.score:+.2f}){null}; {shift}.'
        )


def hide_tokens(
    subject: Subject, example: Example, tokens: Sequence[int], *, max_answer_tokens: int = MAX_ANSWER_TOKENS
) -> AnswerChange:
    """Put the mask token in place of some tokens and run the reader's own engine again.

    Args:
        subject: the reader.
        example: the question and the window.
        tokens: places in the row.
        max_answer_tokens: the longest answer, in tokens.

    Raises:
        InputError: none is chosen, or one is no token of the question or the passage.
        ModelError: a logit is not a finite number.
    """
    window = hidden_in(example, tokens)
    starts, ends = subject.logits([example.window, window])
    pieces = ", ".join(f'"{example.row[token].piece}" (token {token})' for token in tokens)
    return _change(f"With {pieces} hidden", example, (starts[0], ends[0]), (starts[1], ends[1]), max_answer_tokens)


def hidden_in(example: Example, tokens: Sequence[int]) -> Window:
    """Return an example's window with the mask token in place of some tokens; the unknown token where there is no mask.

    Args:
        example: the question and the window.
        tokens: places in the row.

    Raises:
        InputError: none is chosen, or one belongs to neither the question nor the passage.
    """
    vocabulary, row, window = example.tokenization.vocabulary, example.row, example.window
    stand_in = vocabulary.unknown_id if vocabulary.mask_id is None else vocabulary.mask_id
    if stand_in is None:
        raise InputError("The model's vocabulary has neither a mask nor an unknown token to put in a token's place.")
    wrong = [token for token in tokens if not 0 <= token < len(row) or row[token].part not in ("question", "passage")]
    if wrong or not tokens:
        raise InputError(
            f"Tokens to hide must be places of the question or the passage in this row of {len(row)} tokens, at least "
            f"one; got {list(tokens)}."
        )
    question, passage = window.frame.question_ids.copy(), window.passage.ids.copy()
    question_start = len(window.frame.pair.prefix_ids)
    for token in tokens:
        if row[token].part == "question":
            question[token - question_start] = stand_in
        else:
            passage[token - window.frame.passage_start] = stand_in
    frame = replace(window.frame, question_ids=question)
    return replace(window, frame=frame, passage=replace(window.passage, ids=passage))


def silence_heads(
    subject: Subject,
    example: Example,
    heads: Sequence[tuple[int, int]],
    *,
    max_answer_tokens: int = MAX_ANSWER_TOKENS,
) -> AnswerChange:
    """Set what some attention heads contribute to zero, and run the rest of the graph again, in float32.

    Args:
        subject: a reader whose file bertkit wrote; any family, either format.
        example: the question and the window.
        heads: encoder layer and head of each, both counted from 0.
        max_answer_tokens: the longest answer, in tokens.

    Raises:
        InputError: none is chosen, or there is no such head.
        UnsupportedError: bertkit did not write the file.
        ModelError: a logit is not a finite number.
    """
    if not heads:
        raise InputError("Choose at least one head to silence, got none.")
    before, after = _logits(subject, example, []), _logits(subject, example, heads)
    names = ", ".join(f"layer {layer + 1} head {head + 1}" for layer, head in heads[:_SHOWN_HEADS])
    names += "" if len(heads) <= _SHOWN_HEADS else f" and {len(heads) - _SHOWN_HEADS} more"
    return _change(f"With {names} silenced", example, before, after, max_answer_tokens)


def _logits(subject: Subject, example: Example, heads: Sequence[tuple[int, int]]) -> tuple[Array, Array]:
    """Run the graph, stopping at each layer with silenced heads to change what they contribute."""
    from bertkit.insight.graph import as_array, compute, given_inputs, node_of, output_nodes

    lowered, modules = subject.lowered, subject.anatomy.attentions
    given = given_inputs(lowered, example.inputs)
    for layer in sorted({layer for layer, _ in heads}):
        if not 0 <= layer < len(modules):
            raise InputError(f"The model has {len(modules)} layers, counted from 0; got layer {layer}.")
        node = node_of(lowered, f"{modules[layer]}{SEPARATOR}context")
        context = compute(lowered, given, [node])[node].clone()  # [batch, heads, sequence, head_size]
        for head in (head for at, head in heads if at == layer):
            if not 0 <= head < context.shape[1]:
                raise InputError(
                    f"The model has {context.shape[1]} heads in each layer, counted from 0; got head {head}."
                )
            context[:, head] = 0
        given[node] = context
    outputs = output_nodes(lowered)
    found = compute(lowered, given, list(outputs.values()))
    start, end = (as_array(found[outputs[name]])[0] for name in (START_OUTPUT, END_OUTPUT))
    return start, end


def _change(
    change: str,
    example: Example,
    before: tuple[Array, Array],
    after: tuple[Array, Array],
    max_answer_tokens: int,
) -> AnswerChange:
    old, new = Band.of(example, *before, max_answer_tokens), Band.of(example, *after, max_answer_tokens)
    best = old.answer
    return AnswerChange(change, best, new.answer, new.score(*best.place), *after)
