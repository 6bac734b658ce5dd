from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bert_checkpoints import CONFIGS, make_checkpoint

from bertkit.bert import Conversion, convert

os.environ.setdefault("HF_HUB_OFFLINE", "1")

LENGTHS = (16, 24, 40)


@pytest.fixture(scope="session")
def checkpoint_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of a family's tiny checkpoint, made once a session."""
    made: dict[str, Path] = {}

    def get(family: str) -> Path:
        if family not in made:
            made[family] = make_checkpoint(tmp_path_factory.mktemp(family), family, CONFIGS[family])
        return made[family]

    return get


@pytest.fixture(scope="session")
def converted(
    checkpoint_of: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Conversion]:
    """Convert a family's tiny checkpoint, once a session for the same options."""
    made: dict[tuple[Any, ...], Conversion] = {}

    def get(family: str, kind: str = "mlprogram", **options: Any) -> Conversion:
        options = {"precision": "float32", "lengths": LENGTHS, **options}
        key = (family, kind, *sorted(options.items()))
        if key not in made:
            suffix = ".mlpackage" if kind == "mlprogram" else ".mlmodel"
            out = tmp_path_factory.mktemp("converted") / f"{family}{suffix}"
            made[key] = convert(checkpoint_of(family), out, format=kind, **options)
        return made[key]

    return get
