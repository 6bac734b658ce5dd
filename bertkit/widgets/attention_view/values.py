"""The attention of an example as plain values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.names import SEPARATOR
from bertkit.insight.attention import AttentionMaps
from bertkit.insight.head import Head
from bertkit.insight.subject import Example, Subject
from bertkit.insight.what_if import AnswerChange
from bertkit.widgets import units
from bertkit.widgets.panel import Json

NOTE = (
    "Attention shows where a head reads from. It is not by itself an explanation of the answer: "
    "hide a token or silence a head to see what the answer does without it."
)
_STEP = 17
"""255 / 15: sixteen shades are enough to see, and a page stores them in a third of the bytes."""


def facts(example: Example) -> list[str]:
    """Return what stands beside the title."""
    return [
        example.document.name,
        f"window {example.index + 1} of {len(example.tokenization.windows)}",
        units.plural(example.row.filled, "token"),
    ]


def token_values(example: Example) -> Json:
    """Return the row without its padding."""
    tokens = example.row.tokens[: example.row.filled]
    return {"pieces": [token.piece for token in tokens], "parts": [token.part for token in tokens]}


def sixteenths(thumbnails: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Round bytes to sixteen shades, 0 to 15."""
    shades: NDArray[np.uint8] = np.rint(thumbnails / _STEP).astype(np.uint8)
    return shades


def grid_values(subject: Subject, maps: AttentionMaps) -> tuple[Json, bytes]:
    """Return what the grid shows, and its thumbnails: [layers, heads, rows, columns] uint8."""
    rows, columns = maps.thumbnails.shape[2:]
    data = {
        "layers": maps.layer_count,
        "heads": maps.head_count,
        "rows": rows,
        "columns": columns,
        "modules": [module.split(SEPARATOR) for module in subject.anatomy.attentions],
        "numbers": [_numbers(head) for head in maps.heads],
        "first": first_head(maps),
    }
    return data, (sixteenths(maps.thumbnails) * _STEP).tobytes()


def change_values(change: AnswerChange) -> Json:
    """Return a change in words and spans."""
    return {
        "text": str(change),
        "change": change.change,
        "before": change.before.text,
        "after": change.after.text,
        "score": round(change.before.score, 3),
        "kept": round(change.kept_score, 3),
        "same": change.same,
        "no_answer": change.no_answer,
    }


def first_head(maps: AttentionMaps) -> tuple[int, int]:
    """Return layer and head to begin with: the strongest link of the last layer, where answers are made up."""
    last = maps.layer_count - 1
    links = maps.links([(last, head) for head in range(maps.head_count)], count=1)
    return last, links[0].head if links else 0


def strongest_heads(maps: AttentionMaps) -> list[Head]:
    """Return the heads by how much of the question's attention goes to the passage, the most first."""
    return sorted(maps.heads, key=lambda head: -head.question_to_passage)


def _numbers(head: Head) -> list[float]:
    shares = (head.to_first, head.to_separators, head.question_to_passage, head.passage_to_question)
    return [round(head.entropy_bits, 3), *(round(share, 4) for share in shares)]
