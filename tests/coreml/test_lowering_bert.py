"""A transformer layer in both formats against plain torch, and exported with free batch and sequence sizes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import Function, Program, types
from lowering_support import TARGETS, Array, convert, run
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering import Lowered

_VOCABULARY, _HIDDEN, _HEADS, _INNER = 40, 12, 3, 20
_BATCH, _SEQUENCE = 2, 7
_MASKED = np.float32(-1e4)


def _weights() -> dict[str, Array]:
    rng = np.random.default_rng(5)
    shapes: dict[str, tuple[int, ...]] = {"word": (_VOCABULARY, _HIDDEN)}
    for name in ("query", "key", "value", "dense"):
        shapes |= {f"{name}_weight": (_HIDDEN, _HIDDEN), f"{name}_bias": (_HIDDEN,)}
    shapes |= {"inner_weight": (_INNER, _HIDDEN), "inner_bias": (_INNER,)}
    shapes |= {"outer_weight": (_HIDDEN, _INNER), "outer_bias": (_HIDDEN,)}
    for name in ("norm_0", "norm_1", "norm_2"):
        shapes |= {f"{name}_gamma": (_HIDDEN,), f"{name}_beta": (_HIDDEN,)}
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


_W = _weights()


def _emit(ids: Any, mask: Any) -> Any:
    """The layer as a converter would emit it."""
    hidden = _emit_norm(mb.gather(x=_W["word"], indices=ids, axis=0, name="embed"), "norm_0")
    floats = mb.expand_dims(x=mb.cast(x=mask, dtype="fp32"), axes=[1, 2])
    additive = mb.mul(x=mb.sub(x=np.float32(1), y=floats), y=_MASKED)
    query, key, value = (_emit_heads(_emit_linear(hidden, name)) for name in ("query", "key", "value"))
    scores = mb.matmul(x=mb.mul(x=query, y=np.float32(1 / math.sqrt(_HIDDEN // _HEADS))), y=key, transpose_y=True)
    mixed = mb.matmul(x=mb.softmax(x=mb.add(x=scores, y=additive), axis=-1, name="attention"), y=value)
    joined = mb.reshape(x=mb.transpose(x=mixed, perm=[0, 2, 1, 3]), shape=[0, 0, -1, 1])
    context = mb.squeeze(x=joined, axes=[3])
    hidden = _emit_norm(mb.add(x=_emit_linear(context, "dense"), y=hidden), "norm_1")
    inner = mb.gelu(x=_emit_linear(hidden, "inner"), mode="EXACT")
    return _emit_norm(mb.add(x=_emit_linear(inner, "outer"), y=hidden), "norm_2")


def _emit_linear(x: Any, name: str) -> Any:
    return mb.linear(x=x, weight=_W[f"{name}_weight"], bias=_W[f"{name}_bias"], name=name)


def _emit_norm(x: Any, name: str) -> Any:
    gamma, beta = _W[f"{name}_gamma"], _W[f"{name}_beta"]
    return mb.layer_norm(x=x, axes=[-1], gamma=gamma, beta=beta, epsilon=np.float32(1e-5), name=name)


def _emit_heads(x: Any) -> Any:
    heads = mb.reshape(x=mb.expand_dims(x=x, axes=[2]), shape=[0, 0, _HEADS, -1])
    return mb.transpose(x=heads, perm=[0, 2, 1, 3])


def _reference(ids: Tensor, mask: Tensor) -> Tensor:
    """The same layer in torch."""
    w = {name: torch.from_numpy(array) for name, array in _W.items()}

    def linear(x: Tensor, name: str) -> Tensor:
        return functional.linear(x, w[f"{name}_weight"], w[f"{name}_bias"])

    def norm(x: Tensor, name: str) -> Tensor:
        return functional.layer_norm(x, (_HIDDEN,), w[f"{name}_gamma"], w[f"{name}_beta"], 1e-5)

    hidden = norm(w["word"][ids.long()], "norm_0")
    heads = [linear(hidden, name).unflatten(-1, (_HEADS, -1)).transpose(1, 2) for name in ("query", "key", "value")]
    additive = (1 - mask.float())[:, None, None] * float(_MASKED)
    mixed = functional.scaled_dot_product_attention(*heads, attn_mask=additive)
    hidden = norm(linear(mixed.transpose(1, 2).flatten(2), "dense") + hidden, "norm_1")
    return norm(linear(functional.gelu(linear(hidden, "inner")), "outer") + hidden, "norm_2")


def _inputs(batch: int, sequence: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(batch * 100 + sequence)
    ids = torch.randint(0, _VOCABULARY, (batch, sequence), generator=generator, dtype=torch.int32)
    mask = torch.ones(batch, sequence, dtype=torch.int32)
    mask[-1, sequence // 2 :] = 0
    return ids, mask


def _lowered(folder: Path, model_format: str, opset: str) -> Lowered:
    shape = (_BATCH, _SEQUENCE)
    placeholders = {"ids": mb.placeholder(shape, types.int32), "mask": mb.placeholder(shape, types.int32)}
    program = Program()
    with Function(placeholders, opset_version=TARGETS[opset]) as function:
        function.set_outputs([_emit(function.inputs["ids"], function.inputs["mask"])])
    program.add_function("main", function)
    return convert(program, folder, opset, model_format)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Lowered]:
    return {
        "iOS15": _lowered(tmp_path_factory.mktemp("iOS15"), "mlprogram", "iOS15"),
        "iOS17": _lowered(tmp_path_factory.mktemp("iOS17"), "mlprogram", "iOS17"),
        "network": _lowered(tmp_path_factory.mktemp("network"), "neuralnetwork", "iOS13"),
    }


@pytest.fixture(params=["iOS15", "iOS17", "network"])
def lowered(request: pytest.FixtureRequest, programs: dict[str, Lowered]) -> Lowered:
    return programs[request.param]


def test_it_computes_what_torch_does(lowered: Lowered) -> None:
    ids, mask = _inputs(_BATCH, _SEQUENCE)
    (found,) = run(lowered, ids.numpy(), mask.numpy())
    np.testing.assert_allclose(found, _reference(ids, mask), atol=1e-5)


def test_layers_and_features_keep_their_names(lowered: Lowered) -> None:
    assert lowered.inputs == ("ids", "mask")
    assert lowered.outputs == ("norm_2",)
    names = {node.name for node in lowered.module.graph.nodes}
    assert {"embed", "query", "attention", "inner", "norm_2"} <= set(lowered.layers)
    assert all(name in names for nodes in lowered.layers.values() for name in nodes)
    assert set(lowered.values.values()) <= names


def test_it_is_exported_as_it_is(lowered: Lowered) -> None:
    ids, mask = _inputs(_BATCH, _SEQUENCE)
    (found,) = torch.export.export(lowered.module, (ids, mask)).module()(ids, mask)
    np.testing.assert_allclose(found.numpy(), _reference(ids, mask), atol=1e-5)


@pytest.mark.parametrize("name", ["iOS15", "iOS17"])
def test_a_program_is_exported_with_free_sizes(name: str, programs: dict[str, Lowered]) -> None:
    batch, sequence = torch.export.Dim("batch", min=1, max=64), torch.export.Dim("sequence", min=2, max=512)
    sizes = {0: batch, 1: sequence}
    example = _inputs(_BATCH, _SEQUENCE)
    exported = torch.export.export(programs[name].module, example, dynamic_shapes=[sizes, sizes])
    for shape in [(1, 5), (3, 11)]:
        ids, mask = _inputs(*shape)
        (found,) = exported.module()(ids, mask)
        np.testing.assert_allclose(found.numpy(), _reference(ids, mask), atol=1e-5)
