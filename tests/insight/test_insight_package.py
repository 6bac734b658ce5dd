from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import bertkit.insight
from bertkit.insight import (
    Example,
    Subject,
    apply_lens,
    hide_tokens,
    integrate_gradients,
    map_attention,
    measure_cost,
    occlude,
    score_spans,
    score_windows,
    silence_heads,
    trace_layers,
)

RESULTS: list[Callable[[Subject, Example], Any]] = [
    apply_lens,
    lambda subject, example: hide_tokens(subject, example, [1]),
    lambda subject, example: integrate_gradients(subject, example, steps=1),
    map_attention,
    lambda subject, example: measure_cost(subject, 24, runs=1),
    occlude,
    score_spans,
    lambda subject, example: score_windows(subject, example.tokenization),
    lambda subject, example: silence_heads(subject, example, [(0, 0)]),
    trace_layers,
    lambda subject, example: example.tokenization,
    lambda subject, example: example.row,
]


def plain(value: object) -> object:
    assert isinstance(value, np.ndarray), f"{type(value).__name__} is neither a plain value nor an array"
    return value.shape


@pytest.mark.parametrize("result", RESULTS)
def test_results_are_plain_values_and_arrays(
    result: Callable[[Subject, Example], Any], example_of: Callable[..., tuple[Subject, Example]]
) -> None:
    found = result(*example_of("bert"))
    text = json.dumps(found.to_json(), default=plain, allow_nan=False)
    assert json.loads(text)
    assert max(map(len, str(found).splitlines())) < 200


def test_every_name_can_be_imported() -> None:
    for name in bertkit.insight.__all__:
        assert callable(getattr(bertkit.insight, name))
    assert set(bertkit.insight.__all__) <= set(dir(bertkit.insight))
    with pytest.raises(AttributeError, match="nonsense"):
        bertkit.insight.nonsense  # noqa: B018


def test_names_load_without_heavy_packages() -> None:
    script = "import bertkit.insight as i; [getattr(i, n) for n in i.__all__]; import sys; print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    loaded = {module.split(".")[0] for module in printed.split()}
    assert not loaded & {"torch", "coremltools", "transformers", "openvino"}
