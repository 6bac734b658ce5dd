"""Training of a neural network, classifier or regressor. Imports torch: import this file lazily."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bertkit.coreml.lowering import lower
from bertkit.coreml.network_floats import write_floats
from bertkit.coreml.package import Package
from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.coreml.update.declaration import CROSS_ENTROPY, NetworkDeclaration, weight_messages
from bertkit.coreml.update.losses import make_loss
from bertkit.coreml.update.optimizers import make_optimizer
from bertkit.coreml.update.parameters import UpdateParameters, network_parameters
from bertkit.coreml.update.semantics import Semantics
from bertkit.coreml.update.targets import make_target
from bertkit.coreml.update.trainer import Array, Check, Example, Floats
from bertkit.coreml.update.training_graph import split
from bertkit.errors import BertkitError, ModelError

_CHUNK_VALUES = 1 << 20  # numbers that enter the trained half at once: bounds memory, and how long a cancel may take
_CHUNK_EXAMPLES = 256


class NetworkTrainer:
    """A network with the weights that it has so far.

    Args:
        package: an updatable network that is valid.
        semantics: what the specification leaves open.

    Raises:
        ModelError: the updatable layers do not lead to the loss.
        UnsupportedError: a layer is not supported.
    """

    def __init__(self, package: Package, semantics: Semantics) -> None:
        network = getattr(package.specification, package.model_type)
        self._declaration = NetworkDeclaration.of(package.specification)
        self._graph = split(lower(package), self._declaration)
        self._keys = tuple(self._declaration.weights)
        self._weights = [weight.requires_grad_() for weight in self._graph.weights]
        self._loss = make_loss(self._declaration.loss, semantics)
        self._sums = semantics.batch == "sum"
        self._optimizer = make_optimizer(self._declaration.optimizer, self._weights, semantics.bias_correction)
        self._parameters = network_parameters(
            network, {key: tuple(weight.shape) for key, weight in zip(self._keys, self._weights, strict=True)}
        )
        self._started: list[tuple[Tensor, ...]] = []
        self._targets: list[Tensor] = []

    @property
    def parameters(self) -> UpdateParameters:
        """The file's parameters with their defaults."""
        return self._parameters

    def prepare(self, examples: Sequence[Example], check: Check) -> None:
        """Compute the frozen half of every example once; see `Trainer.prepare`."""
        sizes: dict[tuple[torch.Size, ...], int] = {}
        for index, example in enumerate(examples):
            check()
            started = self._graph.begin(example)
            shapes = tuple(value.shape for value in started)
            if shapes not in sizes:
                sizes[shapes] = self._output_size(started)
            target = make_target(self._declaration, example[self._declaration.target], sizes[shapes], index)
            self._started.append(started)
            self._targets.append(torch.from_numpy(target))

    def step(self, positions: Sequence[int], parameters: UpdateParameters, check: Check) -> float:
        """Change the weights once; see `Trainer.step`."""
        gradients = [torch.zeros_like(weight) for weight in self._weights]
        total = 0.0
        for chunk in self._chunks(positions):
            check()
            losses = self._losses(chunk)
            found = torch.autograd.grad(losses.sum(), self._weights, allow_unused=True)
            for gradient, part in zip(gradients, found, strict=True):
                if part is not None:
                    gradient.add_(part)
            total += float(losses.detach().sum(dtype=torch.float64))
        if not np.isfinite(total):
            raise BertkitError(
                f"The loss became {total}. The weights grow without bound, or an example holds extreme values: lower "
                "the learning rate, or scale the examples."
            )
        with torch.no_grad():
            if not self._sums:
                for gradient in gradients:
                    gradient.div_(len(positions))
            self._optimizer.step(self._weights, gradients, parameters)
        return total / len(positions)

    def weights(self) -> dict[ParameterKey, Floats]:
        """Return copies of the trained arrays."""
        return {key: weight.detach().numpy().copy() for key, weight in zip(self._keys, self._weights, strict=True)}

    def set_weights(self, weights: Mapping[ParameterKey, Floats]) -> None:
        """Replace some of the trained arrays."""
        with torch.no_grad():
            for key, weight in zip(self._keys, self._weights, strict=True):
                if key in weights:
                    weight.copy_(torch.from_numpy(weights[key]))

    def state(self) -> dict[str, Array]:
        """Return weights and optimizer state."""
        weights = {f"weights/{key}": array for key, array in self.weights().items()}
        optimizer = {f"optimizer/{name}": array for name, array in self._optimizer.state().items()}
        return {**weights, **optimizer}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take back weights and optimizer state."""
        self.set_weights({key: state[f"weights/{key}"] for key in self._keys})
        prefix = "optimizer/"
        self._optimizer.restore(
            {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
        )

    def writer(self) -> Callable[[Any], None]:
        """Return a function that writes the present weights; see `Trainer.writer`."""
        arrays = self.weights()

        def write(specification: Any) -> None:
            network = getattr(specification, specification.WhichOneof("Type"))
            for key, message in weight_messages(network).items():
                write_floats(message, arrays[key])

        return write

    def _output_size(self, started: tuple[Tensor, ...]) -> int:
        """Return how many numbers the loss is of, for examples of this shape."""
        with torch.no_grad():
            output = self._graph.finish([value.unsqueeze(0) for value in started], self._weights)
        if self._declaration.loss == CROSS_ENTROPY and output.ndim > 3 and output.numel() != output.shape[-3]:
            raise ModelError(
                f"Cross-entropy is of one vector of probabilities; the softmax is of shape {list(output.shape[1:])}, "
                "which holds several. Flatten its input."
            )
        return output.numel()

    def _losses(self, chunk: Sequence[int]) -> Tensor:
        started = [torch.stack(values) for values in zip(*(self._started[index] for index in chunk), strict=True)]
        outputs = self._graph.finish(started, self._weights)
        targets = torch.stack([self._targets[index] for index in chunk])
        return self._loss(outputs.flatten(1), targets)

    def _chunks(self, positions: Sequence[int]) -> Iterator[list[int]]:
        """Cut a mini-batch into runs of examples of one shape that are small enough."""
        by_shape: dict[tuple[torch.Size, ...], list[int]] = {}
        for index in positions:
            by_shape.setdefault(tuple(value.shape for value in self._started[index]), []).append(index)
        for shapes, members in by_shape.items():
            values = max(1, sum(shape.numel() for shape in shapes))
            size = max(1, min(_CHUNK_EXAMPLES, _CHUNK_VALUES // values))
            yield from (members[first : first + size] for first in range(0, len(members), size))
