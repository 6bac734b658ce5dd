"""The value of one layer for one question: a histogram, a heat map of tokens and channels, attention."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.names import SEPARATOR
from bertkit.errors import InputError
from bertkit.insight import attention_math
from bertkit.insight.difference import tokens_first
from bertkit.insight.statistics import Histogram
from bertkit.insight.subject import Array
from bertkit.insight.trace import Trace
from bertkit.widgets.panel import Answer
from bertkit.widgets.workbench.run import Run
from bertkit.widgets.workbench.values import rounded

_MOST_CHANNELS = 128
_LEVELS = 127


def layer_answer(run: Run, layer: str) -> Answer:
    """Return what the view draws of a layer: never the whole value.

    Args:
        run: the question.
        layer: its name in the file.

    Returns:
        `counts`, `low`, `high` of the histogram; where the value has numbers by token: `tokens`, `channels`, `rows`
        and `top`, with two buffers: [rows, tokens] int8, the strongest of the channels that share a row, as a share of
        `top` / 127; and [tokens] float32, the norm of each token's numbers.

    Raises:
        InputError: the model has no such layer.
    """
    value = run.trace.array(layer)
    histogram = Histogram.of(value)
    data = {
        "layer": layer,
        "dtype": str(value.dtype),
        "counts": histogram.counts.tolist(),
        "low": rounded(histogram.low),
        "high": rounded(histogram.high),
    }
    by_token = numbers_by_token(run, value)
    if by_token is None:
        return Answer(data)
    picture, top = strongest(by_token)
    norms = np.linalg.norm(by_token, axis=1).astype(np.float32)
    shape = {"tokens": len(by_token), "channels": by_token.shape[1], "rows": len(picture), "top": rounded(top)}
    return Answer({**data, **shape}, (picture.tobytes(), norms.tobytes()))


def numbers_by_token(run: Run, value: Array) -> NDArray[np.float32] | None:
    """Return a layer's value as [tokens, channels], padding left out; None where it has no numbers by token."""
    by_token = tokens_first(value, len(run.example.row))
    if by_token is None:
        return None
    return np.nan_to_num(by_token[: run.example.row.filled].astype(np.float32), posinf=0, neginf=0)


def strongest(by_token: NDArray[np.float32]) -> tuple[NDArray[np.int8], float]:
    """Return a picture of few rows: in each the value farthest from 0 of the channels that it stands for.

    Args:
        by_token: [tokens, channels].

    Returns:
        [min(channels, 128), tokens] int8 as shares of the second, the greatest absolute value.
    """
    channels = by_token.shape[1]
    rows = min(channels, _MOST_CHANNELS)
    edges = np.arange(rows) * channels // rows
    high, low = (pool.reduceat(by_token, edges, axis=1) for pool in (np.maximum, np.minimum))
    pooled = np.where(high >= -low, high, low).T
    top = float(np.abs(pooled).max(initial=0.0))
    shares = pooled / top if top > 0 else pooled
    return np.ascontiguousarray(np.rint(shares * _LEVELS).astype(np.int8)), top


def attention_answer(run: Run, layer: int, head: int) -> Answer:
    """Return one head of one encoder layer: [tokens, tokens] uint8, round(255 * sqrt(probability)).

    Raises:
        InputError: there is no such layer or head.
    """
    queries, keys = (_heads(run.trace, layer, name) for name in ("query", "key"))
    if not 0 <= head < len(queries):
        raise InputError(f"Layer {layer} has {len(queries)} heads, counted from 0; got head {head}.")
    picture = attention_math.to_bytes(attention_math.probabilities(queries[[head]], keys[[head]])[0])
    return Answer({"layer": layer, "head": head, "heads": len(queries), "tokens": len(picture)}, (picture.tobytes(),))


def _heads(trace: Trace, layer: int, name: str) -> NDArray[np.float32]:
    """Return the queries or keys of an encoder layer, [heads, tokens, head_size], padding left out."""
    modules = trace.subject.anatomy.attentions
    if not 0 <= layer < len(modules):
        raise InputError(f"The model has {len(modules)} encoder layers, counted from 0; got {layer}.")
    by_head = trace.array(f"{modules[layer]}{SEPARATOR}{name}_by_head")
    result: NDArray[np.float32] = by_head[0, :, : trace.example.row.filled]
    return result
