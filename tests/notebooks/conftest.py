"""What the tests of notebooks share: a model to show, and the helpers of the widgets' tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
sys.path[:0] = [str(_HERE), str(_HERE.parent / "widgets")]

from sample_models import write_network


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small NeuralNetwork."""
    return write_network(tmp_path_factory.mktemp("model") / "classifier.mlmodel")
