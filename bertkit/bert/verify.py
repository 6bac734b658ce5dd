"""The written file against the torch original."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.checkpoint import Checkpoint
from bertkit.bert.quiet import quiet
from bertkit.bert.settings import ReaderSettings
from bertkit.coreml import Configuration, Model
from bertkit.dependencies import require

Array = NDArray[Any]
Row = dict[str, Array]

DEFAULT_PAIRS = 50

_QUESTION_TOKENS = (4, 24)
_LONGEST_ANSWER = 30


@dataclass(frozen=True)
class Verification:
    """How far the file is from the original, on random rows of every length, half of them padded.

    Attributes:
        pairs: number of rows compared.
        worst_error: largest difference of a logit on a token that is not padding.
        psnr_db: range of the original's logits over the root mean square difference, in decibels; infinite if equal.
        span_agreement: share of rows with the same best span, 0 to 1.
    """

    pairs: int
    worst_error: float
    psnr_db: float
    span_agreement: float

    def summary(self) -> str:
        """Return the figures in one line."""
        return (
            f"{self.pairs} pairs against the original: worst logit error {self.worst_error:.2e}, "
            f"PSNR {self.psnr_db:.1f} dB, same best span in {self.span_agreement:.0%}"
        )

    def to_json(self) -> dict[str, float | int | None]:
        """Return the figures; an infinite PSNR is None."""
        return {**asdict(self), "psnr_db": self.psnr_db if math.isfinite(self.psnr_db) else None}


def verify(
    path: Path,
    checkpoint: Checkpoint,
    settings: ReaderSettings,
    *,
    pairs: int = DEFAULT_PAIRS,
    seed: int = 0,
) -> Verification:
    """Run a file with the reference engine in float32, and the original with eager attention in float32.

    Args:
        path: the written model.
        checkpoint: what it was converted from.
        settings: of the written model.
        pairs: number of random rows, spread over all lengths.
        seed: of the rows.

    Raises:
        DependencyError: transformers is not installed.
    """
    original = _load_original(checkpoint, settings.inputs)
    model = Model.load(path, Configuration(engine="torch", precision="float32"))
    vocabulary = checkpoint.tokenizer.get_vocab_size()
    rng = np.random.default_rng(seed)
    errors, wanted_logits, agreed = [], [], 0
    for row in random_rows(settings, vocabulary, pairs, rng):
        real = row["attention_mask"][0] == 1
        got = model.predict({name: row[name] for name in settings.inputs})
        wanted = original(row)
        for name in ("start_logits", "end_logits"):
            errors.append((got[name] - wanted[name])[0, real])
            wanted_logits.append(wanted[name][0, real])
        agreed += best_span(got, real) == best_span(wanted, real)
    difference, reference = np.concatenate(errors), np.concatenate(wanted_logits)
    return Verification(pairs, float(np.abs(difference).max()), psnr_db(difference, reference), agreed / pairs)


def random_rows(settings: ReaderSettings, vocabulary: int, count: int, rng: np.random.Generator) -> Iterator[Row]:
    """Yield rows of random tokens in the model's template, by turns of every length, full and padded.

    Args:
        settings: of the model.
        vocabulary: token ids are below it.
        count: how many rows.
        rng: where randomness comes from.

    Yields:
        `input_ids`, `attention_mask` and `token_type_ids`, [1, length] int32 each.
    """
    pair = settings.pair
    for index in range(count):
        length = settings.lengths[index // 2 % len(settings.lengths)]
        room = length - pair.special_count
        used = room if index % 2 == 0 else int(rng.integers(max(room // 4, 1), room, endpoint=True))
        question = min(int(rng.integers(*_QUESTION_TOKENS)), max(used - 1, 0))
        tokens = [rng.integers(0, vocabulary, size) for size in (question, used - question)]
        first = [*pair.prefix_ids, *tokens[0], *pair.middle_ids]
        second = [*tokens[1], *pair.suffix_ids]
        padding = length - len(first) - len(second)
        yield {
            "input_ids": _row([*first, *second, *[pair.pad_id] * padding]),
            "attention_mask": _row([1] * (length - padding) + [0] * padding),
            "token_type_ids": _row(
                [pair.question_type] * len(first) + [pair.passage_type] * len(second) + [0] * padding
            ),
        }


def best_span(logits: Row, real: NDArray[np.bool_]) -> tuple[int, int]:
    """Return first and last token of the span with the highest sum of logits.

    Args:
        logits: `start_logits` and `end_logits`, [1, sequence] each.
        real: [sequence], which tokens are not padding.
    """
    start = np.where(real, logits["start_logits"][0], -np.inf)
    end = np.where(real, logits["end_logits"][0], -np.inf)
    sums = start[:, None] + end[None, :]  # [sequence, sequence]
    allowed = np.triu(np.ones_like(sums, dtype=bool)) & ~np.triu(np.ones_like(sums, dtype=bool), _LONGEST_ANSWER)
    first, last = np.unravel_index(int(np.where(allowed, sums, -np.inf).argmax()), sums.shape)
    return int(first), int(last)


def psnr_db(difference: Array, reference: Array) -> float:
    """Return the peak signal-to-noise ratio in decibels, the peak being the reference's range."""
    error = float(np.sqrt(np.mean(np.square(difference, dtype=np.float64))))
    if error == 0:
        return math.inf
    return 20 * math.log10(float(np.ptp(reference)) / error)


def _row(values: list[int]) -> Array:
    return np.array([values], dtype=np.int32)


def _load_original(checkpoint: Checkpoint, inputs: tuple[str, ...]) -> Callable[[Row], Row]:
    """Return a function from a row to the original's logits."""
    import torch

    transformers = require("transformers", "convert", "compare a converted model with the original")
    with quiet("transformers"):
        loaded = transformers.AutoModelForQuestionAnswering.from_pretrained(
            checkpoint.folder, attn_implementation="eager"
        )
        original = loaded.float().eval()

    def run(row: Row) -> Row:
        with torch.no_grad():
            outputs = original(**{name: torch.from_numpy(row[name]).long() for name in inputs})
        return {"start_logits": outputs.start_logits.numpy(), "end_logits": outputs.end_logits.numpy()}

    return run
