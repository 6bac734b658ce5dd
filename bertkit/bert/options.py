"""What a conversion can be asked for, checked before anything heavy is imported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from bertkit.bert.compress import Compression
from bertkit.bert.shapes import InputShapes, checked_shapes
from bertkit.errors import FileError, InputError

Format = Literal["mlprogram", "neuralnetwork"]
Precision = Literal["float16", "float32"]

_SUFFIXES: dict[str, str] = {"mlprogram": ".mlpackage", "neuralnetwork": ".mlmodel"}


@dataclass(frozen=True)
class Target:
    """What to convert to.

    Attributes:
        format: the kind of Core ML model.
        precision: what an ML Program computes in and stores; a NeuralNetwork only stores it.
        compression: how matrices are stored.
    """

    format: Format
    precision: Precision
    compression: Compression

    @property
    def network(self) -> bool:
        """Whether the target is a NeuralNetwork."""
        return self.format == "neuralnetwork"

    @property
    def half(self) -> bool:
        """Whether weights are float16."""
        return self.precision == "float16"


@dataclass(frozen=True)
class Options:
    """A conversion's options, all of them valid.

    Attributes:
        out: where to write.
        target: what to convert to.
        shapes: of the inputs.
    """

    out: Path
    target: Target
    shapes: InputShapes


def checked_options(out: Path, target: Target, lengths: tuple[int, ...], batch: int) -> Options:
    """Check what the caller asked for.

    Raises:
        InputError: a value is not one of those allowed, or the suffix of `out` does not fit the format.
        FileError: the folder of `out` does not exist.
    """
    for name, value, choices in (
        ("format", target.format, get_args(Format)),
        ("precision", target.precision, get_args(Precision)),
        ("compress", target.compression, get_args(Compression)),
    ):
        if value not in choices:
            raise InputError(f"{name} must be one of {', '.join(choices)}; got {value!r}.")
    suffix = _SUFFIXES[target.format]
    if out.suffix != suffix:
        raise InputError(
            f'The format {target.format} is written as {suffix}; got "{out.name}". Change the suffix, or the format.'
        )
    if not out.parent.is_dir():
        raise FileError(f"The folder {out.parent} to write {out.name} in does not exist. Create it first.")
    return Options(out, target, checked_shapes(lengths, batch))
