"""The reference engine: the torch.fx graph itself, on a processor or a CUDA device."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.engines.base import Array, runtime_array
from bertkit.coreml.engines.devices import choose_device
from bertkit.coreml.faults import first_line
from bertkit.coreml.lowering.blocks import Block
from bertkit.coreml.lowering.fusions import fuse
from bertkit.coreml.lowering.graph import Lowered
from bertkit.coreml.lowering.tensor_list import TensorList
from bertkit.errors import BertkitError, InputError, ModelError

_PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


@dataclass(frozen=True, eq=False)
class TorchEngine:
    """Runs a lowered model with torch.

    Attributes:
        lowered: the graph; its module lies on `device`. Traces run it as it is.
        module: the same graph with groups of operations fused, which predictions run; its constants are the same.
        device: where it runs.
        precision: float32, or bfloat16 or float16 by autocast: matrix products in it, normalization and softmax in
            float32.
        threads: processor threads; None leaves torch's own setting.
        low_accumulation: on a CUDA device, whether products of float32 are computed in TF32, and sums of a lower
            precision in that precision.
    """

    lowered: Lowered
    module: fx.GraphModule
    device: torch.device
    precision: torch.dtype
    threads: int | None
    low_accumulation: bool = False
    name: str = "torch"

    @classmethod
    def build(cls, lowered: Lowered, configuration: Configuration) -> TorchEngine:
        """Move a lowered model to the configured device.

        Raises:
            InputError: the device does not exist here.
        """
        device = torch.device(choose_device(configuration))
        lowered.module.to(device)
        low = configuration.allow_low_precision_accumulation
        on_processor = device.type == "cpu"
        automatic = torch.bfloat16 if low and on_processor else torch.float32
        precision = _PRECISIONS.get(configuration.precision, automatic)
        module, _ = fuse(lowered.module)
        return cls(lowered, module, device, precision, configuration.threads, low and not on_processor)

    @property
    def settings(self) -> str:
        """Device, precision and threads, as text for people and logs."""
        threads = torch.get_num_threads() if self.threads is None else self.threads
        precision = str(self.precision).removeprefix("torch.")
        if self.low_accumulation:
            precision = "TF32" if self.precision == torch.float32 else f"{precision} sums in {precision}"
        return f"{self.device}, {precision}, {threads} threads"

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Compute the outputs; see `Engine.run`."""
        arguments = self._arguments(inputs)
        with self._prepared():
            try:
                outputs = self.module(*arguments)
            except BertkitError:
                raise
            except Exception as error:  # torch raises types of many kinds
                raise self._blamed(arguments, error) from error
            names = (*self.lowered.outputs, *self.lowered.states)
            return {name: _array(value) for name, value in zip(names, outputs, strict=True)}

    def _blamed(self, arguments: Sequence[Tensor], error: Exception) -> ModelError:
        """Find the layer at which the graph fails."""
        record = _Record(frozenset())
        with suppress(Exception):
            _Recorder(self.lowered.module, record).run(*arguments)
        layer = next((name for name, nodes in self.lowered.layers.items() if record.node in nodes), record.node)
        return ModelError(f'The layer "{layer}" cannot be computed: {first_line(error)}.')

    def trace(self, inputs: Mapping[str, Array], layers: Collection[str] | None = None) -> dict[str, Array]:
        """Compute every intermediate value; see `Engine.trace`."""
        keys = self._keys_by_node(layers)
        record = _Record(frozenset(keys))
        with self._prepared():
            _Recorder(self.lowered.module, record).run(*self._arguments(inputs))
        ran = (node for node in keys if node in record.values)  # all of them, but for branches and loops
        return {key: record.values[node] for node in ran for key in keys[node]}

    def _keys_by_node(self, layers: Collection[str] | None) -> dict[str, list[str]]:
        """Return, for each fx node to record, the names it is wanted under: two layers may share a node."""
        known = self.lowered.layers
        for name in () if layers is None else layers:
            if name not in known:
                near = get_close_matches(name, known, n=3, cutoff=0.5)
                hint = f" Near to it: {', '.join(near)}." if near else ""
                raise InputError(f'The model has no layer "{name}" among its {len(known)} layers.{hint}')
        keys: dict[str, list[str]] = {}
        for name, nodes in known.items():
            if layers is None or name in layers:
                for index, node in enumerate(nodes):
                    keys.setdefault(node, []).append(name if index == 0 else f"{name}:{index}")
        return keys

    def _arguments(self, inputs: Mapping[str, Array]) -> list[Tensor]:
        names = (*self.lowered.inputs, *self.lowered.states)
        return [torch.from_numpy(runtime_array(inputs[name])).to(self.device) for name in names]

    @contextmanager
    def _prepared(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(torch.inference_mode())
            if self.device.type != "cpu":
                stack.enter_context(self.device)  # operations that make tensors make them there
            if self.precision != torch.float32:
                stack.enter_context(torch.autocast(self.device.type, dtype=self.precision))
            if self.low_accumulation:
                stack.enter_context(_low_accumulation())
            if self.threads is not None:
                stack.enter_context(_threads(self.threads))
            yield


@dataclass
class _Record:
    """What is kept of one run.

    Attributes:
        wanted: names of nodes.
        values: of those of them that ran; the last one where a node ran several times.
        node: the one that was run last, or failed.
    """

    wanted: frozenset[str]
    values: dict[str, Array] = field(default_factory=dict)
    node: str = ""


class _Recorder(fx.Interpreter):
    """Runs a graph node by node, with the blocks inside it, and keeps the values of the wanted nodes.

    Nodes are named as in `Lowered.layers`.
    """

    def __init__(self, module: fx.GraphModule, record: _Record, path: str = "") -> None:
        super().__init__(module)
        self._record = record
        self._path = path

    def get_attr(self, target: Any, args: Any, kwargs: Any) -> Any:
        value = super().get_attr(target, args, kwargs)
        if not isinstance(value, Block):
            return value
        inner = _Recorder(value.graph, self._record, f"{self._path}{target}/")
        return partial(value.run, inner.run)

    def run_node(self, n: fx.Node) -> Any:
        name = self._path + n.name
        self._record.node = name
        value = super().run_node(n)
        if name in self._record.wanted and value is not None:
            self._record.values[name] = _array(value)
        return value


def _array(value: Any) -> Array:
    """Convert a node's value: a tensor, a list of them, or in shape arithmetic an int or a tuple of ints."""
    if isinstance(value, TensorList):
        value = value.stacked()
    if not isinstance(value, Tensor):
        return np.asarray(value)
    return np.array((value.float() if value.dtype in (torch.bfloat16, torch.float16) else value).cpu().numpy())


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _low_accumulation() -> Iterator[None]:
    """Let CUDA compute products in fewer bits; torch keeps these settings for the whole process."""
    matmul = torch.backends.cuda.matmul
    settings = {
        "allow_tf32": True,
        "allow_fp16_reduced_precision_reduction": True,
        "allow_bf16_reduced_precision_reduction": True,
    }
    before = {name: getattr(matmul, name) for name in settings}
    convolutions = torch.backends.cudnn.allow_tf32
    try:
        for name, value in settings.items():
            setattr(matmul, name, value)
        torch.backends.cudnn.allow_tf32 = True
        yield
    finally:
        for name, value in before.items():
            setattr(matmul, name, value)
        torch.backends.cudnn.allow_tf32 = convolutions
