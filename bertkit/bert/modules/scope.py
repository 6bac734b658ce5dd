"""Where in the model an operation stands, and what the program being built allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import types
from numpy.typing import NDArray

from bertkit.bert.compress import index_bits, is_compressed, palettize, quantize
from bertkit.bert.names import SEPARATOR
from bertkit.bert.options import Target
from bertkit.errors import CheckpointError

Value = Any
"""A value in a program being built: coremltools' `Var`, which has no type information."""

HALF_EPSILON = 1e-7
"""The smallest epsilon that float16 still holds with some precision; 1e-12 would become 0."""


@dataclass(frozen=True)
class Emission:
    """One program being built, shared by all scopes.

    Attributes:
        target: what is being built.
        batch: number of rows, or a [1] int32 value where it is only known at run time.
        length: number of tokens in a row, or a [1] int32 value likewise.
        kinds: class name of every module entered so far, by its path.
        constants: parameters emitted so far, by the identity of their array, so that shared weights stay shared. The
            array is kept beside its constant because an identity is only unique while the object lives.
    """

    target: Target
    batch: int | Value
    length: int | Value
    kinds: dict[str, str]
    constants: dict[int, tuple[NDArray[np.float32], Value]] = field(default_factory=dict)

    @property
    def computes_in_half(self) -> bool:
        """Whether values inside the program are float16.

        A NeuralNetwork does not state what it computes in; its weights become float16 when its layers are written.
        """
        return self.target.half and not self.target.network

    @property
    def dtype(self) -> type[np.floating[Any]]:
        """The type of all floating-point values inside the program."""
        return np.float16 if self.computes_in_half else np.float32


@dataclass(frozen=True)
class Scope:
    """A module's place in the program: it names operations and makes constants.

    Attributes:
        emission: the program being built.
        path: names of the modules from the root to this one.
    """

    emission: Emission
    path: tuple[str, ...] = ()

    def inside(self, name: str, module: object) -> Scope:
        """Return the scope of the child `module`, called `name`."""
        child = Scope(self.emission, (*self.path, name))
        self.emission.kinds[SEPARATOR.join(child.path)] = type(module).__name__
        return child

    def name(self, layer: str) -> str:
        """Return the full name of a layer: `encoder__layer_3__attention__self__query`."""
        return SEPARATOR.join((*self.path, layer))

    def parameter(self, layer: str, kind: str, array: NDArray[np.float32]) -> Value:
        """Emit learned values as a constant; the same array is emitted once, under its first name.

        Args:
            layer: the layer that owns the parameter, for example `query`.
            kind: `weight` or `bias`.
            array: any shape, float32.

        Raises:
            CheckpointError: a value is too large for float16.
        """
        if id(array) not in self.emission.constants:
            name = self.name(f"{layer}{SEPARATOR}{kind}")
            self.emission.constants[id(array)] = array, self._constant(name, array)
        return self.emission.constants[id(array)][1]

    def number(self, value: float) -> Any:
        """Return a scalar in the program's floating-point type."""
        return self.emission.dtype(value)

    def epsilon(self, value: float) -> Any:
        """Return a normalization's epsilon, raised to what float16 can hold where the target computes in float16."""
        return self.number(max(value, HALF_EPSILON) if self.emission.target.half else value)

    def reshaped(self, value: Value, layer: str, *tail: int) -> Value:
        """Reshape to [batch, sequence, *tail], whichever of the two leading axes are known.

        MIL accepts one -1 in a constant shape; with two unknown axes the shape is put together at run time.
        """
        leading = (self.emission.batch, self.emission.length)
        unknown = [axis for axis in leading if not isinstance(axis, int)]
        if len(unknown) < len(leading):
            shape = [axis if isinstance(axis, int) else -1 for axis in leading]
            return mb.reshape(x=value, shape=[*shape, *tail], name=self.name(layer))
        shape = mb.concat(values=[*leading, np.array(tail, np.int32)], axis=0, name=self.name(f"{layer}_shape"))
        return mb.reshape(x=value, shape=shape, name=self.name(layer))

    def _constant(self, name: str, array: NDArray[np.float32]) -> Value:
        dtype, target = self.emission.dtype, self.emission.target
        self._check_range(name, array)
        if target.network or not is_compressed(array, target.compression):
            return mb.const(val=array.astype(dtype), name=name)
        if target.compression == "int8":
            quantized = quantize(array, dtype)
            return mb.constexpr_blockwise_shift_scale(data=quantized.values, scale=quantized.scales, name=name)
        palettized = palettize(array, index_bits(target.compression))
        index = types.nptype_from_builtin(types.string_to_builtin(f"uint{palettized.bits}"))
        table = palettized.table.astype(dtype).reshape(1, 1, -1, 1)  # [row groups, column groups, entries, 1]
        return mb.constexpr_lut_to_dense(indices=palettized.indices.astype(index), lut=table, name=name)

    def _check_range(self, name: str, array: NDArray[np.float32]) -> None:
        largest, limit = float(np.abs(array).max(initial=0.0)), float(np.finfo(np.float16).max)
        if self.emission.target.half and largest > limit:
            raise CheckpointError(
                f"{name} holds a value of magnitude {largest:.3g}; float16 ends at {limit:.0f}. "
                'Convert with precision="float32".'
            )
