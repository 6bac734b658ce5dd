from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bertkit.errors import InputError
from bertkit.insight import Example, Subject, trace_layers
from bertkit.insight.statistics import Summary

Get = Callable[..., tuple[Subject, Example]]


@pytest.mark.parametrize("kind", ["mlprogram", "neuralnetwork"])
def test_a_trace_sums_up_what_the_model_traces(kind: str, example_of: Get) -> None:
    subject, example = example_of("bert", kind)
    values = {value.layer: value for value in trace_layers(subject, example).values}
    wanted = subject.model.trace(example.inputs)
    assert values.keys() == wanted.keys()
    for layer, array in wanted.items():
        assert values[layer].summary == Summary.of(array), layer


def test_values_are_found_by_module(example_of: Get) -> None:
    subject, example = example_of("bert")
    trace = trace_layers(subject, example)
    inside = trace.module("encoder__layer_1__attention")
    assert {value.module for value in inside} == {
        "encoder__layer_1__attention__self",
        "encoder__layer_1__attention__output",
    }
    assert (inside[0].name, inside[0].kind) == ("query", "linear")
    assert len(trace.module("")) == len(trace.values)
    assert trace.module("nothing") == []


def test_an_array_is_computed_when_asked_for(example_of: Get) -> None:
    subject, example = example_of("bert")
    trace = trace_layers(subject, example)
    wanted = subject.model.trace(example.inputs)
    for layer in ("embeddings__word", "encoder__layer_1__attention__self__context", "span_head__split:1"):
        np.testing.assert_array_equal(trace.array(layer), wanted[layer])
    histogram = trace.histogram("embeddings__word", bins=8)
    assert histogram.counts.sum() == wanted["embeddings__word"].size


@pytest.mark.parametrize("layer", ["nothing", "span_head__split:2", "span_head__split:x", ""])
def test_a_layer_that_is_not_there_is_refused(layer: str, example_of: Get) -> None:
    trace = trace_layers(*example_of("bert"))
    with pytest.raises(InputError, match=f'no layer "{layer}" among its'):
        trace.array(layer)


def test_plain_values_hold_no_array(example_of: Get) -> None:
    trace = trace_layers(*example_of("bert"))
    layers = trace.to_json()["layers"]
    assert len(layers) == len(trace.values)
    assert not any(isinstance(value, np.ndarray) for layer in layers for value in layer.values())
    lines = str(trace).splitlines()
    assert len(lines) == len(trace.values) + 3
    assert any(line.split()[:4] == ["embeddings__word", "gather", "1", "x"] for line in lines)


def test_progress_counts_layers_and_can_end_the_work(example_of: Get) -> None:
    subject, example = example_of("bert")
    seen: list[tuple[int, int]] = []
    trace = trace_layers(subject, example, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(trace.values), len(trace.values))

    def cancel(done: int, total: int) -> None:
        seen.append((done, total))
        if done >= 5:
            raise KeyboardInterrupt

    seen.clear()
    with pytest.raises(KeyboardInterrupt):
        trace_layers(subject, example, progress=cancel)
    assert seen[-1][0] == 5
