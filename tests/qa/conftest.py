from __future__ import annotations

import pytest
from qa_fakes import FakeModel

from bertkit.qa import Reader


@pytest.fixture
def reader() -> Reader:
    return Reader(FakeModel())
