"""`bertkit convert`: a Hugging Face checkpoint becomes a Core ML model."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from bertkit.cli import options
from bertkit.cli.output import print_json
from bertkit.errors import InputError


class Format(str, Enum):
    """The two kinds of Core ML model that BERT can be written as."""

    mlprogram = "mlprogram"
    neuralnetwork = "neuralnetwork"


class WeightPrecision(str, Enum):
    """How weights are stored and what the file asks Core ML to compute in."""

    float16 = "float16"
    float32 = "float32"


class Compression(str, Enum):
    """What is done to the weights beyond their precision."""

    none = "none"
    int8 = "int8"
    palettize6 = "palettize6"
    palettize4 = "palettize4"


def convert(
    checkpoint: Annotated[str, typer.Argument(help="A checkpoint's folder, or its id on the Hugging Face hub.")],
    out: Annotated[Path, typer.Argument(help="Where to write: .mlpackage (ML Program) or .mlmodel (NeuralNetwork).")],
    format_: Annotated[Format, typer.Option("--format", help="Kind of Core ML model.")] = Format.mlprogram,
    lengths: Annotated[str, typer.Option(help="Window length in tokens, or several with commas.")] = "384",
    batch: Annotated[int, typer.Option(min=1, help="1 for a fixed batch, N for any batch from 1 to N.")] = 1,
    precision: Annotated[WeightPrecision, typer.Option(help="Precision of the weights.")] = WeightPrecision.float16,
    compress: Annotated[Compression, typer.Option(help="Compression of the weights.")] = Compression.none,
    verify: Annotated[bool, typer.Option("--verify", help="Run the file against the torch original.")] = False,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Convert a BERT question-answering checkpoint to a Core ML model with named modules and layers.

    BERT, DistilBERT, RoBERTa, ELECTRA, ALBERT and MobileBERT checkpoints are understood.

    Examples:
      bertkit convert ./my-reader reader.mlpackage --verify
      bertkit convert deepset/bert-base-cased-squad2 reader.mlpackage --lengths 128,256,384,512
      bertkit convert ./my-reader reader.mlmodel --format neuralnetwork --compress int8
    """
    from bertkit.bert import convert as convert_checkpoint

    conversion = convert_checkpoint(
        checkpoint,
        out,
        format=format_.value,
        lengths=_lengths(lengths),
        batch=batch,
        precision=precision.value,
        compress=compress.value,
        verify=verify,
    )
    if as_json:
        print_json(conversion.to_json())
    else:
        typer.echo(conversion.summary())


def _lengths(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise InputError(
            f"--lengths wants whole numbers separated by commas, such as 128,384; got {text!r}."
        ) from error
