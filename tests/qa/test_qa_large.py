from __future__ import annotations

import tracemalloc
from collections.abc import Mapping

import numpy as np
import pytest
from qa_fakes import FakeModel, fake_tokenizer

from bertkit.qa import Document, Reader
from bertkit.qa import encoding as encoding_module

MARK = fake_tokenizer().token_to_id("@")
LINE = "the keeper of the light wrote in the book each night, and slept by day.\n"


class MarkModel(FakeModel):
    """Answers with the mark wherever it stands, at little cost."""

    def predict(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        logits = np.where(inputs["input_ids"] == MARK, np.float32(20), np.float32(-20))
        logits[:, 0] = 0
        return {"start_logits": logits, "end_logits": logits}


def peak_bytes_of_asking(characters: int) -> int:
    """Return the most memory that asking takes beyond the text, whose last word is the answer."""
    document = Document.from_text(LINE * (characters // len(LINE)) + "@")
    reader = Reader(MarkModel(lengths=(512,), max_batch=8))
    calls: list[tuple[int, int]] = []
    tracemalloc.start()
    result = reader.ask("q", document, progress=lambda done, total: calls.append((done, total)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (result[0].text, result[0].end) == ("@", len(document.text))
    done, total = calls[len(calls) // 2]
    assert total == pytest.approx(calls[-1][1], rel=0.05)
    assert 0.4 < done / total < 0.6
    return peak


@pytest.mark.slow
def test_the_memory_that_asking_takes_does_not_grow_with_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding_module, "_CACHED_CHARACTERS", 20_000)
    small, large = peak_bytes_of_asking(50_000), peak_bytes_of_asking(400_000)
    assert large < 1.2 * small
    assert large < 8e6
