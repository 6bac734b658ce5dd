from __future__ import annotations

from pathlib import Path

import pytest
import train_data


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_data.make_base(tmp_path_factory.mktemp("train") / "base")


@pytest.fixture(scope="session")
def squad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_data.make_squad(tmp_path_factory.mktemp("train") / "squad.json")


@pytest.fixture(scope="session")
def prose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_data.make_prose(tmp_path_factory.mktemp("train") / "prose.jsonl.xz")
