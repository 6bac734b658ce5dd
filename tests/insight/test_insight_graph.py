from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from bertkit.errors import UnsupportedError
from bertkit.insight import Example, Subject
from bertkit.insight.anatomy import Anatomy
from bertkit.insight.graph import compute, given_inputs, layers_of_nodes, node_of, output_nodes, walk

Get = Callable[..., tuple[Subject, Example]]


@pytest.mark.parametrize("kind", ["mlprogram", "neuralnetwork"])
def test_walking_computes_what_the_model_computes(kind: str, example_of: Get) -> None:
    subject, example = example_of("bert", kind)
    outputs = output_nodes(subject.lowered)
    found = compute(subject.lowered, given_inputs(subject.lowered, example.inputs), outputs.values())
    wanted = subject.model.predict(example.inputs)
    for name, node in outputs.items():
        # A prediction computes fused layers; a walk computes each for itself.
        np.testing.assert_allclose(found[node].numpy(), wanted[name], rtol=1e-5, atol=1e-6)


def test_a_given_value_stands_in_for_all_before_it(example_of: Get) -> None:
    subject, example = example_of("bert")
    outputs = output_nodes(subject.lowered)
    last = node_of(subject.lowered, subject.anatomy.hidden[-1])
    hidden = torch.randn(1, len(example.row), 32)
    walked = [node for node, _ in walk(subject.lowered, {last: hidden}, outputs.values())]
    assert not any("encoder" in node or "embeddings" in node for node in walked)
    logits = compute(subject.lowered, {last: hidden}, outputs.values())
    other = compute(subject.lowered, {last: 2 * hidden}, outputs.values())
    assert not torch.equal(logits[outputs["start_logits"]], other[outputs["start_logits"]])


def test_only_what_is_wanted_is_computed(example_of: Get) -> None:
    subject, example = example_of("bert")
    first = node_of(subject.lowered, subject.anatomy.hidden[0])
    walked = [node for node, _ in walk(subject.lowered, given_inputs(subject.lowered, example.inputs), [first])]
    assert walked[-1] == first
    assert not any("encoder" in node for node in walked)


def test_a_walk_without_an_input_names_it(example_of: Get) -> None:
    subject, _ = example_of("bert")
    with pytest.raises(ValueError, match=r'the input "[a-z_]+" is needed and not given'):
        compute(subject.lowered, {}, output_nodes(subject.lowered).values())


def test_values_are_dropped_once_nothing_needs_them(example_of: Get) -> None:
    import gc
    import weakref

    subject, example = example_of("bert")
    outputs = output_nodes(subject.lowered).values()
    alive: list[weakref.ref[torch.Tensor]] = []
    most = 0
    for _, value in walk(subject.lowered, given_inputs(subject.lowered, example.inputs), outputs):
        if isinstance(value, torch.Tensor) and not isinstance(value, torch.nn.Parameter):
            alive.append(weakref.ref(value))
        del value
        most = max(most, sum(reference() is not None for reference in alive))
    gc.collect()
    buffers = len(list(subject.lowered.module.buffers()))
    assert len(alive) > 60
    assert most - buffers < 12


def test_every_computing_node_belongs_to_a_layer(example_of: Get) -> None:
    for kind in ("mlprogram", "neuralnetwork"):
        subject, _ = example_of("bert", kind)
        owners = layers_of_nodes(subject.lowered)
        calls = [node for node in subject.lowered.module.graph.nodes if node.op == "call_function" and node.users]
        assert {node.name for node in calls} <= owners.keys()
        for layer, nodes in subject.lowered.layers.items():
            assert all(owners[node] in subject.lowered.layers for node in nodes), layer


@pytest.mark.parametrize(("family", "layers"), [("bert", 2), ("albert", 8), ("mobilebert", 2)])
def test_anatomy_finds_hidden_states_and_attentions(family: str, layers: int, example_of: Get) -> None:
    subject, example = example_of(family)
    anatomy = subject.anatomy
    assert len(anatomy.hidden) == layers + 1
    assert anatomy.attentions == tuple(f"encoder__layer_{index}__attention__self" for index in range(layers))
    assert anatomy.stages[:2] == ("embeddings", "encoder layer 1")
    shapes = {value.shape for value in subject.model.trace(example.inputs, anatomy.hidden).values()}
    assert shapes == {(1, 24, 32)}


@pytest.mark.parametrize("layers", [[], ["conv1", "relu1"], ["encoder__layer_0__attention__self__context"]])
def test_anatomy_of_a_foreign_file_says_what_is_needed(layers: list[str]) -> None:
    with pytest.raises(UnsupportedError, match="needs a file that bertkit convert wrote"):
        Anatomy.of(layers)
