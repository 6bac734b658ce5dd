"""Two runs beside each other: by how much each layer's values differ, for the tokens that both runs share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bertkit.errors import InputError
from bertkit.insight.subject import Array, Example
from bertkit.insight.token_row import TokenRow
from bertkit.insight.trace import Trace
from bertkit.qa.progress import ProgressCallback

_SAME = 1e-6
"""Differences below this share of the value are taken for rounding."""


@dataclass(frozen=True, eq=False)
class Difference:
    """How much two runs differ, layer by layer.

    Attributes:
        first: one run.
        second: the other.
        shared: places of the tokens that both rows hold, (in the first, in the second).
        layers: for each layer that both models have: the norm of the difference over the norm of the first run's value,
            over the shared tokens; 0 means equal. Layers whose values are not numbers by token are left out.
        stages: names of the hidden states, as the QA lens has them, by layer.
    """

    first: Trace
    second: Trace
    shared: tuple[tuple[int, int], ...] = field(repr=False)
    layers: Mapping[str, float]
    stages: Mapping[str, str] = field(repr=False)

    @property
    def by_stage(self) -> dict[str, float]:
        """The differences of the hidden states, by their names."""
        return {name: self.layers[layer] for layer, name in self.stages.items() if layer in self.layers}

    @property
    def sentence(self) -> str:
        """Where the runs part, in words."""
        found = self.by_stage
        parted = [name for name, share in found.items() if share > _SAME]
        tokens = f"For the {len(self.shared)} tokens that both rows hold, the hidden states"
        if not parted:
            heads = "; the span heads differ" if any(share > _SAME for share in self.layers.values()) else ""
            return f"{tokens} are equal at every layer{heads}."
        most = max(parted, key=lambda name: found[name])
        equal = [name for name in found if name not in parted]
        where = f"are equal up to {equal[-1]}, and" if equal else "differ from the embeddings on, and"
        moved = " The tokens stand at other places in the rows, which the embeddings hold." if self._moved else ""
        return f"{tokens} {where} differ most at {most}, by {found[most]:.1%}.{moved}"

    @property
    def _moved(self) -> bool:
        return any(here != there for here, there in self.shared)

    def to_json(self) -> dict[str, Any]:
        """Return the differences as plain values."""
        return {
            "shared": len(self.shared),
            "layers": dict(self.layers),
            "stages": self.by_stage,
            "sentence": self.sentence,
        }

    def __str__(self) -> str:
        return "\n".join([self.sentence, *(f"{name}: {share:.2%}" for name, share in self.by_stage.items())])


def compare_runs(first: Trace, second: Trace, progress: ProgressCallback | None = None) -> Difference:
    """Run two examples again, in step, and compare the values of the layers that both have.

    Args:
        first: of one model and one question.
        second: of another model of the same structure, or of another question on the same document, or both.
        progress: called after each layer; what it raises ends the work.

    Raises:
        InputError: the rows have no token in common, or the models no layer.
    """
    shared = shared_tokens(first.example, second.example)
    names = {value.layer for value in first.values} & {value.layer for value in second.values}
    if not shared or not names:
        what = "token" if names else "layer"
        raise InputError(f"The two runs have no {what} in common. Compare runs of one document on models of one kind.")
    rows = (len(first.example.row), len(second.example.row))
    layers: dict[str, float] = {}
    wanted = [value.layer for value in first.values if value.layer in names]
    waiting: dict[str, Array] = {}
    others = _values(second, names)
    for done, (layer, value) in enumerate(_values(first, names), start=1):
        while layer not in waiting:
            name, other = next(others)
            waiting[name] = other
        share = relative_difference(value, waiting.pop(layer), rows, shared)
        if share is not None:
            layers[layer] = share
        if progress is not None:
            progress(done, len(wanted))
    anatomy = first.subject.anatomy
    return Difference(first, second, shared, layers, dict(zip(anatomy.hidden, anatomy.stages, strict=True)))


def shared_tokens(first: Example, second: Example) -> tuple[tuple[int, int], ...]:
    """Return the places of the tokens that two rows share: the same words of the same document, or special ones.

    Tokens of the question are shared where both ask the same.
    """
    same_document = first.document.text == second.document.text
    keys = [_keys(example.row, same_document, first.question == second.question) for example in (first, second)]
    places = {key: place for place, key in keys[1].items()}
    return tuple((place, places[key]) for place, key in keys[0].items() if key in places)


def relative_difference(
    first: Array, second: Array, rows: tuple[int, int], shared: tuple[tuple[int, int], ...]
) -> float | None:
    """Return the norm of the difference over the norm of the first, over shared tokens; None where there is no sense.

    Args:
        first: a layer's value, batch first.
        second: the same layer's in the other run.
        rows: how many tokens the rows have.
        shared: as `shared_tokens` gives them.
    """
    one, other = (tokens_first(value, length) for value, length in zip((first, second), rows, strict=True))
    if one is None or other is None or one.shape[1:] != other.shape[1:]:
        return None
    here, there = (np.array(places) for places in zip(*shared, strict=True))
    one, other = one[here].astype(np.float64), other[there].astype(np.float64)
    size = float(np.linalg.norm(one))
    gap = float(np.linalg.norm(one - other))
    return 0.0 if gap == 0 else gap / size if size > 0 and np.isfinite(gap) else None


def tokens_first(value: Array, length: int) -> Array | None:
    """Return a layer's value as [tokens, numbers of each]; None where it is not one row of numbers by token.

    Args:
        value: [1, ..., length, ...], what else there is in any order: hidden states, heads, masks.
        length: tokens in the row.
    """
    if value.ndim < 2 or value.shape[0] != 1 or value.dtype.kind != "f":
        return None
    axes = [axis for axis, size in enumerate(value.shape) if axis > 0 and size == length]
    if not axes:
        return None
    result: Array = np.moveaxis(value[0], axes[0] - 1, 0).reshape(length, -1)
    return result


def _keys(row: TokenRow, same_document: bool, same_question: bool) -> dict[int, tuple[object, ...]]:
    """Return what each token is, in words that mean the same in both rows, by place."""
    keys: dict[int, tuple[object, ...]] = {}
    specials = 0
    for token in row.tokens[: row.filled]:
        if token.part == "special":
            specials += 1
            keys[token.index] = ("special", specials, token.piece)
        elif same_document if token.part == "passage" else same_question:
            keys[token.index] = (token.part, token.start, token.end, token.piece)
    return keys


def _values(trace: Trace, names: set[str]) -> Iterator[tuple[str, Array]]:
    """Run an example again and yield the values of some layers."""
    from bertkit.insight.graph import as_array, given_inputs, walk

    lowered = trace.subject.lowered
    by_node: dict[str, list[str]] = {}
    for name in names:
        layer, _, index = name.partition(":")
        by_node.setdefault(lowered.layers[layer][int(index) if index else 0], []).append(name)
    for node, value in walk(lowered, given_inputs(lowered, trace.example.inputs), by_node):
        for name in by_node.get(node, ()):
            yield name, as_array(value)
