"""A Hugging Face model's modules and layers are those of torch, and nothing of it is read or computed for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bert_checkpoints import CONFIGS, make_checkpoint

from bertkit.errors import CheckpointError, FileError, InputError, UnsupportedError
from bertkit.inspect.atlas import Atlas
from bertkit.inspect.checkpoint.atlas import checkpoint_atlas

# ALBERT's modules are called several times, MobileBERT's are nested most; the others are built as BERT is.
_QUICK = ("albert", "bert", "mobilebert")


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=() if name in _QUICK else pytest.mark.slow) for name in sorted(CONFIGS)],
)
def mapped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Atlas]:
    """Return the model of a family as transformers loads it, and the atlas of its folder."""
    family = request.param
    folder = make_checkpoint(tmp_path_factory.mktemp("checkpoint") / family, family, CONFIGS[family])
    return _loaded(folder), checkpoint_atlas(folder)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_checkpoint(tmp_path_factory.mktemp("checkpoint") / "bert", "bert", CONFIGS["bert"])


def _loaded(checkpoint: Path) -> Any:
    import transformers

    return transformers.AutoModelForQuestionAnswering.from_pretrained(checkpoint)


def test_every_parameter_that_is_used_belongs_to_one_layer(mapped: tuple[Any, Atlas]) -> None:
    network, atlas = mapped
    wanted = {name: tuple(parameter.shape) for name, parameter in network.named_parameters()}
    found = [(p.name, p.shape) for layer in atlas.all_layers for p in layer.parameters]
    assert len(found) == len(dict(found))
    assert dict(found).items() <= wanted.items()
    # MobileBERT's and ELECTRA's may hold parameters that no computation uses; weights of linear layers are all used.
    assert {name for name in wanted if name.endswith("query.weight")} <= dict(found).keys()


def test_layers_are_named_like_the_modules_that_compute_them(mapped: tuple[Any, Atlas]) -> None:
    import torch

    network, atlas = mapped
    modules = dict(network.named_modules())
    names = [layer.name for layer in atlas.all_layers]
    assert len(set(names)) == len(names)
    linear = {name for name, module in modules.items() if isinstance(module, torch.nn.Linear)}
    by_name = {layer.name: layer for layer in atlas.all_layers}
    assert linear & by_name.keys()
    assert all(by_name[name].variant == "Linear" for name in linear & by_name.keys())
    assert [by_name[name].parameters[0].name for name in linear & by_name.keys()] == [
        f"{name}.weight" for name in linear & by_name.keys()
    ]


def test_sizes_that_depend_on_the_input_are_left_open(mapped: tuple[Any, Atlas]) -> None:
    head = next(layer for layer in mapped[1].all_layers if layer.name == "qa_outputs")
    assert head.outputs[0].shape == (None, None, 2)
    assert head.outputs[0].dtype == "float32"


def test_encoder_layers_that_are_alike_are_folded(bert: Path) -> None:
    atlas = checkpoint_atlas(bert)
    folded = [entry.block for entry in atlas.entries if entry.block.instances]
    assert [(block.kind, block.instances) for block in folded] == [("BertLayer", ("0", "1"))]
    entry = next(entry for entry in atlas.entries if entry.block.kind == "BertSelfAttention")
    assert atlas.paths(entry) == [f"bert/encoder/layer/{number}/attention/self" for number in (0, 1)]
    # Query, key and value come from one input; what leaves is one value.
    graph = atlas.graph(entry, deep=True)
    assert len(graph.outputs) == 1
    assert "softmax" in [part.sample.kind for part in graph.parts]


def test_values_are_those_of_the_checkpoint_and_of_memory(bert: Path) -> None:
    network = _loaded(bert)
    name = "bert.encoder.layer.1.output.dense.weight"
    wanted = dict(network.named_parameters())[name].detach().numpy()
    for model in (bert, network):
        origin = checkpoint_atlas(model).origin
        np.testing.assert_array_equal(origin.values(name), wanted)
        with pytest.raises(InputError, match='no parameter "nothing"'):
            origin.values("nothing")


def test_a_model_in_memory_is_not_changed(bert: Path) -> None:
    network = _loaded(bert).train()
    atlas = checkpoint_atlas(network)
    assert network.training
    assert atlas.origin.title == "BertForQuestionAnswering"
    assert not [layer for layer in atlas.all_layers if "dropout" in layer.kind]


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no config\.json"):
        checkpoint_atlas(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert", "architectures": ["BertForPoetry"]}))
    with pytest.raises(UnsupportedError, match="BertForPoetry"):
        checkpoint_atlas(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises((FileError, UnsupportedError), match=r"config\.json"):
        checkpoint_atlas(tmp_path)
    with pytest.raises(FileError, match="no checkpoint folder"):
        checkpoint_atlas(tmp_path / "a" / "b" / "c")
