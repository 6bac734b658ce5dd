from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bert_checkpoints import CONFIGS

from bertkit.insight import Subject, compare_tokenizers
from bertkit.qa import Document

DOCUMENT = Document.from_text("w1 thes w20, w7\nnothing é w9.", "words")


@pytest.mark.parametrize("family", sorted(CONFIGS.keys() - {"albert"}))  # whose tiny tokenizer transformers refuses
def test_a_file_carries_the_checkpoints_tokenizer(
    family: str, subject_of: Callable[..., Subject], checkpoint_of: Callable[[str], Path]
) -> None:
    reader = subject_of(family).reader
    parity = compare_tokenizers(reader, checkpoint_of(family), " what is w3 ?", DOCUMENT)
    assert parity.differences == (), str(parity)
    assert parity.tokens > 10
    assert str(parity) == f"Both tokenizers make the same {parity.tokens} tokens."


def test_tokens_of_one_side_only_are_listed(fake: Subject, checkpoint_of: Callable[[str], Path]) -> None:
    parity = compare_tokenizers(fake.reader, checkpoint_of("bert"), "w3", DOCUMENT)
    sides = [(found.part, found.side, found.text) for found in parity.differences[:3]]
    assert sides == [("question", "file", "w"), ("question", "transformers", "w3"), ("question", "file", "3")]
    assert parity.differences[0].piece == "w"
    assert f"{len(parity.differences)} tokens come from one of the tokenizers only" in str(parity)
    assert parity.to_json()["differences"][0]["start"] == 0
