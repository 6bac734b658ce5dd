"""The small valid models that fuzzing begins with, of every kind that the tests can build."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import coreml_programs
import fuzz_classic
import numpy as np
import validate_models

WEIGHTS = "weights/weight.bin"
_SENTINEL, _FLOAT32 = 0xDEADBEEF, 2


@dataclass(frozen=True)
class Seed:
    """One model.

    Attributes:
        name: for messages.
        build: makes its specification.
        weights: content of its weight file; None for a model that is a single file.
    """

    name: str
    build: Callable[[], Any]
    weights: bytes | None = None


def blob_file(*arrays: np.ndarray) -> tuple[bytes, list[int]]:
    """Write float32 arrays in blob storage format; return the file and the place of each record."""
    content = bytearray(struct.pack("<II", len(arrays), 2).ljust(64, b"\0"))
    places = []
    for array in arrays:
        places.append(len(content))
        data = array.astype("<f4").tobytes()
        content += struct.pack("<IIQQQ", _SENTINEL, _FLOAT32, len(data), len(content) + 64, 0).ljust(64, b"\0")
        content += data.ljust(-(-len(data) // 64) * 64, b"\0")
    return bytes(content), places


def _stored_program() -> Any:
    """Return the token scorer with its embedding table in the weight file."""
    model = coreml_programs.token_scorer()
    block = model.mlProgram.functions["main"].block_specializations["CoreML6"]
    value = block.operations[0].inputs["x"].arguments[0].value
    value.ClearField("immediateValue")
    value.blobFileValue.fileName = f"@model_path/{WEIGHTS}"
    value.blobFileValue.offset = 64
    return model


def seeds() -> list[Seed]:
    """Return every seed, always in the same order."""
    table = np.random.default_rng(7).normal(size=(coreml_programs.VOCABULARY, coreml_programs.HIDDEN))
    single = (
        validate_models.span_head, validate_models.exact_head, validate_models.classifier_head,
        validate_models.squared_error_head, validate_models.whole_network, validate_models.linked_pipeline,
        validate_models.nested_pipeline, validate_models.neighbors, validate_models.drawing_pipeline,
        coreml_programs.scaler_network, *fuzz_classic.SEEDS,
    )  # fmt: skip
    program = coreml_programs.token_scorer
    return [
        *(Seed(build.__name__, build) for build in single),
        Seed("token_scorer", program, blob_file()[0]),
        Seed("stored_program", _stored_program, blob_file(table)[0]),
    ]
