"""Small Core ML models for the widgets' tests."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

HOSTILE = '<img src=x onerror="window.hacked=1">\'</script><script>window.hacked=1</script>&amp;{{1}}'
"""Text that runs wherever it becomes markup."""

_HIDDEN, _LENGTH, _LAYERS = 8, 6, 3


def write_program(path: Path, prefix: str = "") -> Path:
    """Write an ML Program of embeddings, three encoder layers and a head; `prefix` stands before every name."""
    import coremltools as ct
    from coremltools.converters.mil import Builder as mb

    random = np.random.default_rng(0)

    def weight(*shape: int) -> np.ndarray:
        return random.standard_normal(shape).astype(np.float32)

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, _LENGTH, _HIDDEN))], opset_version=ct.target.iOS17)
    def program(hidden):
        x = mb.linear(x=hidden, weight=weight(_HIDDEN, _HIDDEN), name=f"{prefix}embeddings__projection")
        for layer in range(_LAYERS):
            at = f"{prefix}encoder__layer_{layer}__"
            y = mb.linear(x=x, weight=weight(4 * _HIDDEN, _HIDDEN), name=f"{at}feed_forward__intermediate")
            y = mb.gelu(x=y, name=f"{at}feed_forward__activation")
            y = mb.linear(x=y, weight=weight(_HIDDEN, 4 * _HIDDEN), name=f"{at}feed_forward__dense")
            x = mb.add(x=x, y=y, name=f"{at}residual")
        return mb.linear(x=x, weight=weight(2, _HIDDEN), name=f"{prefix}span_head__logits")

    model = ct.convert(
        program, compute_precision=ct.precision.FLOAT32, minimum_deployment_target=ct.target.iOS17,
        compute_units=ct.ComputeUnit.CPU_ONLY,
    )  # fmt: skip
    kinds = {"": "SpanModel", "embeddings": "Embeddings", "encoder": "Encoder", "span_head": "SpanHead"}
    kinds |= {f"encoder__layer_{layer}": "EncoderLayer" for layer in range(_LAYERS)}
    kinds |= {f"encoder__layer_{layer}__feed_forward": "FeedForward" for layer in range(_LAYERS)}
    model.user_defined_metadata["org.bertkit.modules"] = _module_map(kinds)
    model.save(str(path))
    return path


def _module_map(kinds: dict[str, str]) -> str:
    def node(at: str) -> dict[str, object]:
        inner = [path for path in kinds if path and path.rpartition("__")[0] == at]
        return {
            "path": at,
            "kind": kinds[at],
            "layers": {},
            "parameters": {},
            "children": [node(path) for path in inner],
        }

    return json.dumps({"version": 1, "model": node("")})


def write_network(path: Path, layer: str = "dense", note: str = "") -> Path:
    """Write an updatable classifier head: dense, relu, dense, softmax with a loss; names begin with `layer`."""
    from coremltools.models import MLModel, datatypes
    from coremltools.models.neural_network import NeuralNetworkBuilder, SgdParams

    random = np.random.default_rng(0)
    builder = NeuralNetworkBuilder([("features", datatypes.Array(_HIDDEN))], [("scores", datatypes.Array(3))])
    builder.add_inner_product(
        f"{layer}1", random.standard_normal((4, _HIDDEN)), None, _HIDDEN, 4, False, "features", "a"
    )
    builder.add_activation(f"{layer}_relu", "RELU", "a", "b")
    builder.add_inner_product(f"{layer}2", random.standard_normal((3, 4)), np.zeros(3), 4, 3, True, "b", "c")
    builder.add_softmax(f"{layer}_softmax", "c", "scores")
    builder.make_updatable([f"{layer}2"])
    builder.set_categorical_cross_entropy_loss("loss", "scores")
    builder.set_sgd_optimizer(SgdParams(lr=0.01, batch=4))
    builder.set_epochs(3)
    builder.spec.description.metadata.shortDescription = note or "A small head."
    builder.spec.description.metadata.userDefined["owner"] = note or "tests"
    MLModel(builder.spec).save(str(path))
    return path
