"""Case number n of the fuzz target: a seed with something wrong about it, written to a folder.

Beside the model lies `outside/`, which nothing may read: models are made to point there.
"""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path
from typing import Any

from fuzz_seeds import WEIGHTS, Seed, seeds
from model_mutations import change_a_field, damage_bytes, messages, overwrite_a_set_field

from bertkit.coreml import manifest

OUTSIDE = "outside"
_SECRET = "secret.bin"
_ESCAPES = (f"../{OUTSIDE}/{_SECRET}", f"../../../{OUTSIDE}/{_SECRET}", f"../../../../{OUTSIDE}/{_SECRET}")
_SEEDS = seeds()


def write_case(number: int, folder: Path) -> Path:
    """Write case `number` into an empty folder.

    Returns:
        The model's path.
    """
    rng = random.Random(number)
    seed = _SEEDS[number % len(_SEEDS)]
    (folder / OUTSIDE).mkdir()
    for name in (_SECRET, "Secret.mlmodel"):
        (folder / OUTSIDE / name).write_bytes(
            seed.build().SerializeToString() if seed.weights is None else seed.weights
        )
    inside = folder / "inside"
    inside.mkdir()
    return _write_file(seed, inside, rng) if seed.weights is None else _write_package(seed, inside, rng)


def _write_file(seed: Seed, folder: Path, rng: random.Random) -> Path:
    specification = _changed(seed.build(), folder, rng)
    content = specification.SerializeToString(deterministic=True)
    path = folder / "model.mlmodel"
    path.write_bytes(damage_bytes(content, rng) if rng.random() < 0.3 else content)
    return path


def _write_package(seed: Seed, folder: Path, rng: random.Random) -> Path:
    path = folder / "model.mlpackage"
    specification = _changed(seed.build(), folder, rng)
    model = path / manifest.DATA / manifest.MODEL
    weights = model.parent / WEIGHTS
    weights.parent.mkdir(parents=True)
    model.write_bytes(specification.SerializeToString(deterministic=True))
    weights.write_bytes(seed.weights if rng.random() < 0.5 else _damaged_weights(seed.weights, rng))
    contents = manifest.build("0", has_weights=True)
    (path / manifest.FILE_NAME).write_bytes(contents if rng.random() < 0.6 else _damaged_manifest(contents, path, rng))
    return path


def _changed(specification: Any, folder: Path, rng: random.Random) -> Any:
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        rng.choice((change_a_field, overwrite_a_set_field))(specification, rng)
    if rng.random() < 0.4:
        _point_outside(specification, folder, rng)
    return specification


def _point_outside(specification: Any, folder: Path, rng: random.Random) -> None:
    """Make links and weight files of a model name what lies outside its folder."""
    absolute = folder.parent / OUTSIDE
    for message in messages(specification):
        if message.DESCRIPTOR.name == "LinkedModelFile":
            message.linkedModelFileName.defaultValue = rng.choice(("Secret.mlmodel", f"../{OUTSIDE}/Secret.mlmodel"))
            message.linkedModelSearchPath.defaultValue = rng.choice(
                (f"../{OUTSIDE}", str(absolute), f".:{absolute}", "")
            )
        elif message.DESCRIPTOR.name == "BlobFileValue":
            message.fileName = rng.choice(("@model_path/", "")) + rng.choice((*_ESCAPES, str(absolute / _SECRET)))


def _damaged_weights(content: bytes, rng: random.Random) -> bytes:
    """Damage anything, or one number of a record: its type, size, place or unused bits."""
    if rng.random() < 0.4 or len(content) < 128:
        return damage_bytes(content, rng)
    damaged = bytearray(content)
    place, form = rng.choice(((64, "<I"), (68, "<I"), (72, "<Q"), (80, "<Q"), (88, "<Q")))
    number = rng.choice((0, 1, 7, 2**31, 2**40, 2**64 - 1)) & (2 ** (8 * struct.calcsize(form)) - 1)
    struct.pack_into(form, damaged, place, number)
    return bytes(damaged)


def _damaged_manifest(content: bytes, package: Path, rng: random.Random) -> bytes:
    if rng.random() < 0.4:
        return damage_bytes(content, rng)
    entries = json.loads(content)
    absolute = package.parent.parent / OUTSIDE / "Secret.mlmodel"
    for entry in entries["itemInfoEntries"].values():
        entry["path"] = rng.choice((*_ESCAPES, str(absolute), "", ".", "a\0b", 7, None, "x" * 300))
    return json.dumps(entries).encode()
