"""Each fusion is recognized as exporters write it, computes the same, and leaves what only looks alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
import torch
from torch import Tensor, fx

from bertkit.coreml.lowering.fusions import FUSIONS, fuse
from bertkit.coreml.lowering.fusions.terms import NETWORK_TERMS, PROGRAM_TERMS
from bertkit.coreml.lowering.graph import GraphBuilder
from bertkit.coreml.lowering.registry import LAYERS, OPS

for _kind in ("mil", "network"):
    import_module(f"bertkit.coreml.lowering.{_kind}")  # registers what the writer looks up

_SIZE = 8


class _Writer:
    """Writes a graph of one kind of model, operation by operation."""

    def __init__(self, network: bool = False) -> None:
        self.builder = GraphBuilder()
        self.network = network
        self.count = 0

    def __call__(self, name: str, **arguments: Any) -> fx.Node:
        registry = LAYERS if self.network else OPS
        self.count += 1
        return self.builder.add_call(registry.get(name, name).function, arguments, f"n{self.count}")

    def constant(self, values: Any) -> fx.Node:
        self.count += 1
        return self.builder.add_constant(self.count, f"c{self.count}", torch.as_tensor(values).numpy())

    def binary(self, name: str, x: Any, y: Any) -> fx.Node:
        x, y = (self.constant(float(each)) if isinstance(each, float) else each for each in (x, y))
        names = {"add": "addBroadcastable", "mul": "multiplyBroadcastable", "sub": "subtractBroadcastable"}
        return self(names[name] if self.network else name, x=x, y=y)


def _gelu_erf(write: _Writer, x: fx.Node) -> fx.Node:
    inner = write("erf", x=write("real_div", x=x, y=write.constant(math.sqrt(2.0))))
    return write.binary("mul", write.binary("mul", x, 0.5), write.binary("add", inner, 1.0))


def _gelu_erf_of_a_product(write: _Writer, x: fx.Node) -> fx.Node:
    x = write.binary("mul", x, write.constant(torch.rand(_SIZE)))
    inner = write("erf", x=write.binary("mul", x, math.sqrt(0.5)))
    return write.binary("mul", write.binary("mul", x, write.binary("add", 1.0, inner)), 0.5)


def _gelu_of_a_network(write: _Writer, x: fx.Node) -> fx.Node:
    inner = write("erf", x=write("multiply", values=[x], alpha=math.sqrt(0.5)))
    return write("multiply", values=[write("multiply", values=[x, write("add", values=[inner], alpha=1.0)])], alpha=0.5)


def _gelu_tanh(write: _Writer, x: fx.Node) -> fx.Node:
    cubic = write.binary("mul", write("pow", x=x, y=write.constant(3.0)), 0.044715)
    inner = write("tanh", x=write.binary("mul", write.binary("add", x, cubic), math.sqrt(2 / math.pi)))
    return write.binary("mul", write.binary("mul", 0.5, x), write.binary("add", inner, 1.0))


def _gelu_tanh_factored(write: _Writer, x: fx.Node) -> fx.Node:
    square = write.binary("mul", write.binary("mul", x, x), 0.044715)
    inner = write.binary("mul", write.binary("mul", x, math.sqrt(2 / math.pi)), write.binary("add", square, 1.0))
    return write.binary("mul", x, write.binary("mul", 0.5, write.binary("add", write("tanh", x=inner), 1.0)))


def _mean(write: _Writer, x: fx.Node) -> fx.Node:
    return write("reduceMean" if write.network else "reduce_mean", x=x, axes=(-1,), keep_dims=True)


def _parameters(write: _Writer) -> tuple[fx.Node, fx.Node]:
    return write.constant(torch.rand(_SIZE) + 0.5), write.constant(torch.rand(_SIZE))


def _norm_by_division(write: _Writer, x: fx.Node) -> fx.Node:
    gamma, beta = _parameters(write)
    difference = write.binary("sub", x, _mean(write, x))
    variance = _mean(write, write("pow", x=difference, y=write.constant(2.0)))
    deviation = write("sqrt", x=write.binary("add", variance, 1e-3))
    return write.binary("add", write.binary("mul", write("real_div", x=difference, y=deviation), gamma), beta)


def _norm_by_rsqrt(write: _Writer, x: fx.Node) -> fx.Node:
    gamma, beta = _parameters(write)
    difference = write.binary("sub", x, _mean(write, x))
    again = write.binary("sub", x, _mean(write, x))
    inverse = write("rsqrt", x=_mean(write, write("square", x=again)), epsilon=1e-3)
    return write.binary("add", beta, write.binary("mul", difference, write.binary("mul", inverse, gamma)))


def _norm_without_parameters(write: _Writer, x: fx.Node) -> fx.Node:
    difference = write.binary("sub", x, _mean(write, x))
    variance = _mean(write, write.binary("mul", difference, difference))
    return write.binary("mul", difference, write("rsqrt", x=write.binary("add", variance, 1e-3)))


def _norm_of_a_network(write: _Writer, x: fx.Node) -> fx.Node:
    gamma, beta = _parameters(write)
    difference = write.binary("sub", x, _mean(write, x))
    variance = _mean(write, write("unary", x=difference, type="POWER", alpha=2.0))
    inverse = write("unary", x=variance, type="RSQRT", epsilon=1e-3)
    return write.binary("add", write.binary("mul", write.binary("mul", difference, inverse), gamma), beta)


def _mvn(write: _Writer, x: fx.Node) -> fx.Node:
    normalized = write("mvn", x=x, across_channels=False, normalize_variance=True, epsilon=1e-5)
    return write("scale", x=normalized, scale=write.constant(torch.rand(1, 5, _SIZE)))


def _attention(write: _Writer, x: fx.Node) -> fx.Node:
    scores = write("matmul", x=x, y=write.binary("mul", x, 0.7), transpose_y=True)
    mask = write.constant(torch.tensor([[0.0, -1e4, 0.0, 0.0, 0.0]]))
    masked = write.binary("add", write.binary("mul", scores, 0.25), mask)
    return write("matmul", x=write("softmax", x=masked, axis=-1), y=write("tanh", x=x))


def _attention_of_a_network(write: _Writer, x: fx.Node) -> fx.Node:
    keys = write("transpose", x=x, axes=(0, 1, 3, 2))
    scores = write("multiply", values=[write("batchedMatmul", a=x, b=keys)], alpha=0.5)
    return write("batchedMatmul", a=write("softmaxND", x=scores, axis=-1), b=x)


_CASES: list[tuple[str, Callable[[_Writer, fx.Node], fx.Node], bool]] = [
    ("gelu", _gelu_erf, False),
    ("gelu", _gelu_erf_of_a_product, False),
    ("gelu", _gelu_of_a_network, True),
    ("gelu", _gelu_tanh, False),
    ("gelu", _gelu_tanh_factored, False),
    ("layer_norm", _norm_by_division, False),
    ("layer_norm", _norm_by_rsqrt, False),
    ("layer_norm", _norm_without_parameters, False),
    ("layer_norm", _norm_of_a_network, True),
    ("mean_variance", _mvn, True),
    ("attention", _attention, False),
    ("attention", _attention_of_a_network, True),
]


def _module(pattern: Callable[[_Writer, fx.Node], fx.Node], network: bool) -> fx.GraphModule:
    torch.manual_seed(0)
    write = _Writer(network)
    return write.builder.finish({"y": pattern(write, write.builder.add_input("x"))}).module


def _run(module: fx.GraphModule) -> Tensor:
    torch.manual_seed(1)
    with torch.inference_mode():
        (result,) = module(torch.randn(2, 3, 5, _SIZE))
    return result


@pytest.mark.parametrize(
    ("name", "pattern", "network"), _CASES, ids=lambda value: getattr(value, "__name__", str(value))
)
def test_patterns_are_fused_and_compute_the_same(name: str, pattern: Any, network: bool) -> None:
    module = _module(pattern, network)
    before = str(module.graph)
    fused, counts = fuse(module)
    assert counts == {name: 1}
    torch.testing.assert_close(_run(fused), _run(module), atol=2e-6, rtol=2e-5)
    assert len(fused.graph.nodes) < len(module.graph.nodes) or name == "mean_variance"
    assert str(module.graph) == before
    assert all(
        buffer.data_ptr() == dict(module.named_buffers())[name].data_ptr() for name, buffer in fused.named_buffers()
    )


def test_every_fusion_has_a_case() -> None:
    assert {fusion.name for fusion in FUSIONS} == {name for name, _, _ in _CASES}


def test_patterns_read_ops_and_layers_that_exist() -> None:
    assert PROGRAM_TERMS.keys() <= OPS.names()
    assert NETWORK_TERMS.keys() <= LAYERS.names()


def test_what_functions_are_called_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    for registry, terms in ((OPS, PROGRAM_TERMS), (LAYERS, NETWORK_TERMS)):
        for name in terms:
            monkeypatch.setattr(registry.get(name, name).function, "__name__", "renamed")
    for name, pattern, network in _CASES:
        assert fuse(_module(pattern, network))[1] == {name: 1}


def _other_slope(write: _Writer, x: fx.Node) -> fx.Node:
    inner = write("erf", x=write.binary("mul", x, 0.8))
    return write.binary("mul", write.binary("mul", x, 0.5), write.binary("add", inner, 1.0))


def _other_mean(write: _Writer, x: fx.Node) -> fx.Node:
    difference = write.binary("sub", x, _mean(write, write("tanh", x=x)))
    inverse = write("rsqrt", x=_mean(write, write("square", x=difference)), epsilon=1e-3)
    return write.binary("mul", difference, inverse)


def _other_axis(write: _Writer, x: fx.Node) -> fx.Node:
    first = write("reduce_mean", x=x, axes=(1,), keep_dims=True)
    difference = write.binary("sub", x, first)
    return write.binary("mul", difference, write("rsqrt", x=_mean(write, write("square", x=difference)), epsilon=1e-3))


@pytest.mark.parametrize("pattern", [_other_slope, _other_mean, _other_axis])
def test_what_looks_alike_is_left(pattern: Any) -> None:
    module = _module(pattern, False)
    assert fuse(module) == (module, {})


def _first_axis(write: _Writer, x: fx.Node) -> fx.Node:
    mean = write("reduce_mean", x=x, axes=(1,), keep_dims=True)
    difference = write.binary("sub", x, mean)
    variance = write("reduce_mean", x=write("square", x=difference), axes=(1,), keep_dims=True)
    return write.binary("mul", difference, write("rsqrt", x=variance, epsilon=1e-3))


def _softmax_over_queries(write: _Writer, x: fx.Node) -> fx.Node:
    scores = write("matmul", x=x, y=x, transpose_y=True)
    return write("matmul", x=write("softmax", x=scores, axis=2), y=x)


@pytest.mark.parametrize("pattern", [_first_axis, _softmax_over_queries])
def test_other_axes_are_computed_as_they_are(pattern: Any) -> None:
    module = _module(pattern, False)
    fused, counts = fuse(module)
    assert sum(counts.values()) == 1
    torch.testing.assert_close(_run(fused), _run(module), atol=2e-6, rtol=2e-5)


def test_low_precision_uses_fused_attention_too(monkeypatch: pytest.MonkeyPatch) -> None:
    fused_function, called = torch.nn.functional.scaled_dot_product_attention, []
    monkeypatch.setattr(
        torch.nn.functional,
        "scaled_dot_product_attention",
        lambda *values, **named: called.append(1) or fused_function(*values, **named),
    )
    module = _module(_attention, False)
    fused, _ = fuse(module)
    wanted = _run(module)
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(_run(fused).float(), wanted, atol=0.02, rtol=0.02)
    assert called  # though the mask is float32 and the scores are bfloat16
