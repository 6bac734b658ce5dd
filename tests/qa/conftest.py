from __future__ import annotations

import pytest
from hypothesis import settings
from qa_fakes import FakeModel

from bertkit.qa import Reader

# How long an example takes says more of the machine than of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def reader() -> Reader:
    return Reader(FakeModel())
