"""The activation between a feed-forward block's two linear layers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from coremltools.converters.mil import Builder as mb

from bertkit.bert.modules.scope import Scope, Value
from bertkit.errors import UnsupportedError

_EXACT_GELU = partial(mb.gelu, mode="EXACT")
_TANH_GELU = partial(mb.gelu, mode="TANH_APPROXIMATION")

_ACTIVATIONS: dict[str, Callable[..., Value]] = {
    "gelu": _EXACT_GELU,
    "gelu_python": _EXACT_GELU,
    "gelu_accurate": _TANH_GELU,
    "gelu_fast": _TANH_GELU,
    "gelu_new": _TANH_GELU,
    "gelu_python_tanh": _TANH_GELU,
    "gelu_pytorch_tanh": _TANH_GELU,
    "leaky_relu": partial(mb.leaky_relu, alpha=0.01),
    "quick_gelu": partial(mb.gelu, mode="SIGMOID_APPROXIMATION"),
    "relu": mb.relu,
    "relu6": mb.relu6,
    "sigmoid": mb.sigmoid,
    "silu": mb.silu,
    "swish": mb.silu,
    "tanh": mb.tanh,
}


@dataclass(frozen=True)
class Activation:
    """An elementwise function.

    Attributes:
        function: its name in a Hugging Face configuration.
    """

    function: str

    def __post_init__(self) -> None:
        if self.function not in _ACTIVATIONS:
            raise UnsupportedError(
                f'The activation "{self.function}" is not supported. Supported: {", ".join(sorted(_ACTIVATIONS))}.'
            )

    def emit(self, scope: Scope, x: Value) -> Value:
        """Emit the layer `activation`: any shape to the same."""
        return _ACTIVATIONS[self.function](x=x, name=scope.name("activation"))
