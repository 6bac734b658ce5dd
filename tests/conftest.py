from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says more of the machine than of the code. The checks of a change try the same examples each
# time, so that a change is not refused for what was wrong before it; everyone's own runs try new ones.
_COMMON = settings(deadline=None, derandomize=os.environ.get("CI") == "true")
settings.register_profile("thorough", _COMMON)
settings.register_profile("quick", _COMMON, max_examples=40)


def pytest_configure(config: pytest.Config) -> None:
    """Try fewer examples where slow tests are left out, too."""
    settings.load_profile("quick" if "not slow" in config.option.markexpr else "thorough")


@pytest.fixture(scope="session")
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for caches that all test processes of a run share, so that the reader is compiled once."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "caches"
    folder.mkdir(exist_ok=True)
    return folder
