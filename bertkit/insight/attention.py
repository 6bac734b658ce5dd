"""Who attends to whom: the attention of every layer and head for one question.

Attention says where a head reads from, not why the model answers what it answers: it is not by itself an explanation.
To see what a token or a head does to the answer, take it away: `bertkit.insight.what_if`, `bertkit.insight.occlusion`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.names import SEPARATOR
from bertkit.errors import InputError
from bertkit.insight import attention_math
from bertkit.insight.attention_math import Floats
from bertkit.insight.head import Head, Link
from bertkit.insight.subject import Example, Subject
from bertkit.insight.text import table
from bertkit.insight.token_row import Part
from bertkit.qa.progress import ProgressCallback

_TOP_LINKS = 20
_TOP_HEADS = 5


@dataclass(frozen=True, eq=False)
class AttentionMaps:
    """The attention of one example. Queries and keys are kept, and probabilities computed from them when asked for.

    Attributes:
        example: the question and the window.
        queries: [layers, heads, tokens, head_size] float32, padding left out.
        keys: likewise.
        thumbnails: [layers, heads, rows, columns] uint8, at most 64 x 64; 255 * sqrt(probability), the highest each.
        heads: layers * heads, in order.
    """

    example: Example
    queries: Floats = field(repr=False)
    keys: Floats = field(repr=False)
    thumbnails: NDArray[np.uint8] = field(repr=False)
    heads: tuple[Head, ...] = field(repr=False)

    @property
    def layer_count(self) -> int:
        """How many encoder layers there are."""
        return len(self.queries)

    @property
    def head_count(self) -> int:
        """How many heads each layer has."""
        return len(self.heads) // len(self.queries)

    def head(self, layer: int, head: int) -> Floats:
        """Return the probabilities of one head, [tokens, tokens] float32: a row for each token that looks.

        Raises:
            InputError: there is no such head.
        """
        return self._rows(layer, head, range(self.queries.shape[2]))

    def head_bytes(self, layer: int, head: int) -> NDArray[np.uint8]:
        """Return one head as a picture, [tokens, tokens] uint8: round(255 * sqrt(probability)).

        Raises:
            InputError: there is no such head.
        """
        return attention_math.to_bytes(self.head(layer, head))

    def average(self, chosen: Sequence[tuple[int, int]]) -> Floats:
        """Return the mean of several heads, [tokens, tokens] float32.

        Args:
            chosen: layer and head of each, at least one.

        Raises:
            InputError: none is chosen, or there is no such head.
        """
        if not chosen:
            raise InputError("An average needs at least one head, got none.")
        result: Floats = np.mean([self.head(layer, head) for layer, head in chosen], axis=0, dtype=np.float32)
        return result

    def links(
        self,
        chosen: Sequence[tuple[int, int]] | None = None,
        *,
        query_part: Part | None = "question",
        key_part: Part | None = "passage",
        count: int = _TOP_LINKS,
    ) -> list[Link]:
        """Return the strongest links, strongest first.

        Args:
            chosen: layer and head of each head to search; None for all.
            query_part: tokens that look; None for all.
            key_part: tokens that are looked at; None for all.
            count: how many, at most.

        Raises:
            InputError: there is no such head.
        """
        row = self.example.row
        tokens = range(row.filled)
        looking = list(tokens) if query_part is None else row.places(query_part)
        looked_at = list(tokens) if key_part is None else row.places(key_part)
        everywhere = [(layer, head) for layer in range(self.layer_count) for head in range(self.head_count)]
        found: list[Link] = []
        for layer, head in everywhere if chosen is None else chosen:
            shares = self._rows(layer, head, looking)[:, looked_at]
            for place in np.argsort(-shares, axis=None, kind="stable")[:count]:
                query, key = divmod(int(place), len(looked_at))
                found.append(Link(layer, head, row[looking[query]], row[looked_at[key]], float(shares[query, key])))
        return sorted(found, key=lambda link: -link.share)[:count]

    def _rows(self, layer: int, head: int, looking: Sequence[int]) -> Floats:
        """Return the probabilities of some of the tokens that look, [looking, tokens]."""
        if not (0 <= layer < self.layer_count and 0 <= head < self.head_count):
            raise InputError(
                f"The model has {self.layer_count} layers of {self.head_count} heads, both counted from 0; "
                f"got layer {layer}, head {head}."
            )
        queries, keys = self.queries[layer, head, list(looking)], self.keys[layer, head]
        shares: Floats = attention_math.probabilities(queries[None], keys[None])[0]
        return shares

    @property
    def sentences(self) -> list[str]:
        """The strongest link from the question into the passage of the heads where it is strongest, in words."""
        strongest = [link for head in self.heads for link in self.links([(head.layer, head.head)], count=1)]
        return [str(link) for link in sorted(strongest, key=lambda link: -link.share)[:_TOP_HEADS]]

    def to_json(self) -> dict[str, Any]:
        """Return the grid; thumbnails stay an array, and full heads are asked for by `head_bytes`."""
        return {
            "question": self.example.question,
            "document": self.example.document.source,
            "window": self.example.index,
            "tokens": self.example.row.to_json(),
            "layers": self.layer_count,
            "heads_per_layer": self.head_count,
            "thumbnails": self.thumbnails,
            "heads": [head.to_json() for head in self.heads],
            "links": [link.to_json() for link in self.links()],
            "sentences": self.sentences,
        }

    def __str__(self) -> str:
        rows = (
            (
                head.layer + 1,
                head.head + 1,
                f"{head.entropy_bits:.2f}",
                *(f"{share:.0%}" for share in (head.to_first, head.to_separators)),
                *(f"{share:.0%}" for share in (head.question_to_passage, head.passage_to_question)),
            )
            for head in self.heads
        )
        headers = ("layer", "head", "bits", "to first", "to separators", "question to passage", "passage to question")
        return "\n".join([str(self.example), *self.sentences, table(headers, rows)])


def map_attention(subject: Subject, example: Example, progress: ProgressCallback | None = None) -> AttentionMaps:
    """Compute the attention of every head for one example.

    A file that holds attention as one fused operation computes no probabilities that could be shown, so they are
    computed from the queries and keys of each layer.

    Args:
        subject: a reader whose file bertkit wrote; any family, either format.
        example: the question and the window.
        progress: called after each encoder layer; what it raises ends the work.

    Raises:
        UnsupportedError: bertkit did not write the file.
    """
    from bertkit.insight.graph import as_array, given_inputs, node_of, walk

    lowered, modules = subject.lowered, subject.anatomy.attentions
    layers = [f"{module}{SEPARATOR}{name}_by_head" for module in modules for name in ("query", "key")]
    nodes = [node_of(lowered, layer) for layer in layers]
    filled = example.row.filled
    found: list[Floats] = []
    pictures, described = [], []
    for node, value in walk(lowered, given_inputs(lowered, example.inputs), nodes):
        if node not in nodes:
            continue
        found.append(as_array(value)[0, :, :filled])
        layer, half = divmod(len(found), 2)
        if half == 0:
            shares = attention_math.probabilities(found[-2], found[-1])
            pictures.append(attention_math.thumbnails(shares))
            described.extend(_describe(example, layer - 1, shares))
            if progress is not None:
                progress(layer, len(modules))
    return AttentionMaps(example, np.stack(found[::2]), np.stack(found[1::2]), np.stack(pictures), tuple(described))


def _describe(example: Example, layer: int, shares: Floats) -> list[Head]:
    row = example.row
    everyone = range(row.filled)
    question, passage, special = (row.places(part) for part in ("question", "passage", "special"))
    columns = zip(
        attention_math.entropy_bits(shares),
        attention_math.mass(shares, everyone, special[:1]),
        attention_math.mass(shares, everyone, special[1:]),
        attention_math.mass(shares, question, passage),
        attention_math.mass(shares, passage, question),
        strict=True,
    )
    return [Head(layer, head, *map(float, numbers)) for head, numbers in enumerate(columns)]
