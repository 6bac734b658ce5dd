"""The whole road from a checkpoint to a Core ML file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bertkit.bert.checkpoint import Checkpoint
from bertkit.bert.compress import Compression
from bertkit.bert.layers import read_contents
from bertkit.bert.metadata import write_metadata
from bertkit.bert.module_map import build_module_map
from bertkit.bert.options import Format, Options, Precision, Target, checked_options
from bertkit.bert.pairs import pair_template
from bertkit.bert.quiet import quiet
from bertkit.bert.settings import ReaderSettings
from bertkit.bert.shapes import InputShapes
from bertkit.bert.verify import Verification
from bertkit.bert.verify import verify as verify_file
from bertkit.coreml import save_model
from bertkit.errors import InputError

Progress = Callable[[str], None]

_FEWEST_TOKENS = 2  # one of the question and one of the passage


@dataclass(frozen=True)
class Conversion:
    """A checkpoint that has become a Core ML file.

    Attributes:
        path: the file.
        settings: what it says of itself as a reader.
        verification: how far it is from the original; None where that was not asked for.
        size_bytes: what it takes on disk.
    """

    path: Path
    settings: ReaderSettings
    verification: Verification | None
    size_bytes: int

    def summary(self) -> str:
        """Return what was written, in one or two lines."""
        lengths = ", ".join(map(str, self.settings.lengths))
        line = f"Wrote {self.path}: {self.settings.family}, rows of {lengths} tokens, {self.size_bytes / 1e6:.1f} MB."
        return line if self.verification is None else f"{line}\nVerified {self.verification.summary()}."

    def to_json(self) -> dict[str, Any]:
        """Return the same as plain values."""
        return {
            "path": str(self.path),
            "family": self.settings.family,
            "lengths": list(self.settings.lengths),
            "max_batch": self.settings.max_batch,
            "inputs": list(self.settings.inputs),
            "size_bytes": self.size_bytes,
            "verification": None if self.verification is None else self.verification.to_json(),
        }


def convert(
    checkpoint: str | Path,
    out: str | Path,
    *,
    format: Format = "mlprogram",  # noqa: A002, the word that users of Core ML know
    lengths: tuple[int, ...] = (384,),
    batch: int = 1,
    precision: Precision = "float16",
    compress: Compression = "none",
    verify: bool = False,
    progress: Progress | None = None,
) -> Conversion:
    """Convert a BERT question-answering checkpoint to a Core ML file.

    The file alone is enough to answer questions: tokenizer, settings and module map travel in its metadata.

    Args:
        checkpoint: a Hugging Face folder, or an id on the hub.
        out: where to write; ends in `.mlpackage` for an ML Program, in `.mlmodel` for a NeuralNetwork. Replaced as a
            whole if it exists, and left alone if anything fails.
        format: `mlprogram` (iOS 18, macOS 15) or `neuralnetwork` (iOS 13, macOS 10.15; RoBERTa iOS 14, macOS 11).
        lengths: row lengths in tokens. Several become enumerated shapes in an ML Program whose batch is 1, and
            otherwise the range from the shortest to the longest.
        batch: 1, or the most rows in one prediction.
        precision: `float16` computes in and stores float16 (a NeuralNetwork only stores it), `float32` likewise.
        compress: what is done to matrices beyond that: `int8` with a scale for each row, `palettize6` or `palettize4`
            with 64 or 16 values for each matrix.
        verify: afterwards run the file against the torch original; needs transformers.
        progress: called with each step as it begins, in words.

    Returns:
        What was written.

    Raises:
        InputError: an option is none of the above, the suffix does not fit, or a length exceeds the model's positions.
        FileError: the checkpoint cannot be found or read, or the file cannot be written.
        CheckpointError: the folder is no question-answering checkpoint, or its files disagree.
        UnsupportedError: the family, or something in its configuration, is not supported.
        DependencyError: a package of the extra `convert` is missing.
    """
    say = progress if progress is not None else lambda step: None
    options = checked_options(Path(out), Target(format, precision, compress), lengths, batch)
    say("Reading the checkpoint")
    opened = Checkpoint.open(checkpoint)
    settings = _write(opened, options, say)
    verification = None
    if verify:
        say("Comparing with the original")
        verification = verify_file(options.out, opened, settings)
    return Conversion(options.out, settings, verification, _size_bytes(options.out))


def _write(checkpoint: Checkpoint, options: Options, say: Progress) -> ReaderSettings:
    with quiet("coremltools"):
        from bertkit.bert.families.registry import read_model
        from bertkit.bert.program import build_program

    model = read_model(checkpoint)
    pair = pair_template(checkpoint, has_types=model.embeddings.takes_types, vocabulary=model.embeddings.word.rows)
    _check_lengths(options.shapes, pair.special_count + _FEWEST_TOKENS, model.max_length)
    settings = ReaderSettings(
        family=checkpoint.family,
        lengths=options.shapes.lengths,
        max_batch=options.shapes.max_batch,
        inputs=model.inputs,
        pair=pair,
    )
    say("Building the model")
    program = build_program(model, options.target, options.shapes)
    try:
        modules = build_module_map(read_contents(program.specification), program.kinds)
        write_metadata(program.specification, checkpoint, settings, modules, options.target)
        say("Writing the file")
        save_model(options.out, program.specification, program.weights)
    finally:
        program.discard()
    return settings


def _check_lengths(shapes: InputShapes, shortest: int, longest: int) -> None:
    if shapes.lengths[-1] > longest:
        raise InputError(
            f"The model has positions for rows of at most {longest} tokens; lengths go up to {shapes.lengths[-1]}. "
            "Choose shorter lengths."
        )
    if shapes.lengths[0] < shortest:
        raise InputError(
            f"A row needs at least {shortest} tokens for its separators, a question and a passage; lengths begin at "
            f"{shapes.lengths[0]}. Choose longer lengths."
        )


def _size_bytes(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
