from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bert_checkpoints import CONFIGS
from safetensors.torch import load_file

from bertkit.bert import Conversion
from bertkit.bert.layers import read_contents
from bertkit.bert.module_map import MODULE_MAP_VERSION, ModuleNode, read_module_map
from bertkit.bert.settings import MODULES_KEY
from bertkit.coreml import Configuration, Model, Package
from bertkit.errors import ModelError

_FORMATS = ("mlprogram", "neuralnetwork")


def _map(conversion: Conversion) -> ModuleNode:
    modules = read_module_map(Package.open(conversion.path).metadata)
    assert modules is not None
    return modules


def _by_path(modules: ModuleNode) -> dict[str, ModuleNode]:
    return {node.path: node for node in modules.walk()}


@pytest.mark.parametrize("kind", _FORMATS)
@pytest.mark.parametrize("family", CONFIGS)
def test_all_parameters_of_the_checkpoint_are_in_the_map(
    family: str, kind: str, converted: Callable[..., Conversion], checkpoint_of: Callable[[str], Path]
) -> None:
    tensors = load_file(checkpoint_of(family) / "model.safetensors")
    wanted = sum(tensor.numel() for tensor in tensors.values())
    if (family, kind) == ("albert", "neuralnetwork"):  # its layers own their weights: two groups, each used twice
        wanted += sum(tensor.numel() for name, tensor in tensors.items() if "albert_layer_groups" in name)
    assert _map(converted(family, kind)).parameter_count == wanted


def test_fixed_length_keeps_only_the_positions_in_use(converted: Callable[..., Conversion]) -> None:
    fixed = _by_path(_map(converted("bert", lengths=(24,), precision="float16")))
    flexible = _by_path(_map(converted("bert")))
    assert fixed["embeddings"].parameters["embeddings__position__weight"] == (1, 24, 32)
    assert flexible["embeddings"].parameters["embeddings__position__weight"] == (1, 40, 32)


@pytest.mark.parametrize("kind", _FORMATS)
@pytest.mark.parametrize("family", CONFIGS)
def test_every_layer_of_the_file_is_in_its_module(family: str, kind: str, converted: Callable[..., Conversion]) -> None:
    conversion = converted(family, kind)
    contents = read_contents(Package.open(conversion.path).specification)
    mapped = {name: node.path for node in _map(conversion).walk() for name in node.layers}
    assert set(mapped) == {layer.name for layer in contents.layers}
    assert all(name.startswith(f"{path}__") for name, path in mapped.items())


@pytest.mark.parametrize("kind", _FORMATS)
def test_layer_names_are_module_paths(kind: str, converted: Callable[..., Conversion]) -> None:
    modules = _by_path(_map(converted("bert", kind)))
    attention = modules["encoder__layer_1__attention__self"]
    linear = "linear" if kind == "mlprogram" else "innerProduct"
    assert attention.kind == "SelfAttention"
    assert attention.layers["encoder__layer_1__attention__self__query"] == linear
    assert attention.parameters["encoder__layer_1__attention__self__query__weight"] == (32, 32)
    assert modules["embeddings"].layers["embeddings__word"] == ("gather" if kind == "mlprogram" else "embeddingND")
    norm = modules["encoder__layer_1__attention__output"].layers["encoder__layer_1__attention__output__layer_norm"]
    assert norm == ("layer_norm" if kind == "mlprogram" else "layerNormalization")
    assert modules["span_head"].layers["span_head__logits"] == linear
    assert [child.name for child in modules["encoder"].children] == ["layer_0", "layer_1"]


@pytest.mark.parametrize(
    ("kind", "compress"),
    [
        ("mlprogram", "none"),
        ("mlprogram", "int8"),
        ("neuralnetwork", "palettize6"),
        pytest.param("mlprogram", "palettize6", marks=pytest.mark.slow),
        pytest.param("neuralnetwork", "int8", marks=pytest.mark.slow),
        pytest.param("neuralnetwork", "none", marks=pytest.mark.slow),
    ],
)
def test_precision_and_compression_do_not_change_the_map(
    kind: str, compress: str, converted: Callable[..., Conversion]
) -> None:
    plain = _map(converted("bert", kind, lengths=(24,)))
    stored = _map(converted("bert", kind, lengths=(24,), precision="float16", compress=compress))
    assert plain.parameter_count == stored.parameter_count
    casts = {"span_head__start_float32", "span_head__end_float32"}
    layers = [{name for node in tree.walk() for name in node.layers} for tree in (plain, stored)]
    assert layers[0] == layers[1] - casts


def test_albert_layers_share_weights_in_an_ml_program(converted: Callable[..., Conversion]) -> None:
    modules = _by_path(_map(converted("albert")))
    owner, user = (modules[f"encoder__layer_{i}__attention__self"] for i in (0, 2))
    assert len(owner.parameters) == 6
    assert not user.parameters
    assert set(user.shared) == set(owner.parameters)


def test_trace_gives_a_value_for_layers_of_the_map(converted: Callable[..., Conversion]) -> None:
    import numpy as np

    conversion = converted("bert")
    model = Model.load(conversion.path, Configuration(engine="torch", precision="float32"))
    row = {name: np.ones((1, 16), np.int32) for name in conversion.settings.inputs}
    wanted = ["encoder__layer_0__attention__self__query", "encoder__layer_1__feed_forward__output__layer_norm"]
    assert {name: value.shape for name, value in model.trace(row, wanted).items()} == dict.fromkeys(wanted, (1, 16, 32))


def test_json_and_back(converted: Callable[..., Conversion]) -> None:
    modules = _map(converted("albert"))
    assert read_module_map({MODULES_KEY: modules.to_json()}) == modules


def test_model_without_a_map() -> None:
    assert read_module_map({}) is None


def test_newer_map_is_refused() -> None:
    text = json.dumps({"version": MODULE_MAP_VERSION + 1, "model": {}})
    with pytest.raises(ModelError, match=f"version {MODULE_MAP_VERSION + 1}.*Upgrade"):
        read_module_map({MODULES_KEY: text})


@pytest.mark.parametrize("content", ["", "{}", '{"version": 1, "model": {}}', '{"version": 1, "model": 3}'])
def test_malformed_map_is_refused(content: Any) -> None:
    with pytest.raises(ModelError, match=MODULES_KEY):
        read_module_map({MODULES_KEY: content})
