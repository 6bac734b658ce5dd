"""A tokenizer and a model small enough to reason about: the answer is wherever the question's words stand."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from bertkit.bert.settings import READER_KEY, TOKENIZER_KEY, PairTemplate, ReaderSettings

CLS, SEP = 2, 3
PAIR = PairTemplate(prefix_ids=(CLS,), middle_ids=(SEP,), suffix_ids=(SEP,), pad_id=0, question_type=0, passage_type=1)


def fake_tokenizer() -> Tokenizer:
    """BERT's rules over a vocabulary of single characters, so that every word has several pieces."""
    characters = string.ascii_lowercase + string.digits + string.punctuation + "é日本"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *characters, *(f"##{character}" for character in characters)]
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    return tokenizer


class FakeModel:
    """Logits by rule: noise that depends on a token alone, and a lead where the question's tokens stand in the passage.

    Args:
        lengths: row lengths it accepts.
        max_batch: the most rows of one `predict`.
        lead: logits by which the question's tokens stand out.
        settings: other settings, by name.
    """

    def __init__(
        self, lengths: tuple[int, ...] = (32, 64), max_batch: int = 1, lead: float = 20.0, **settings: object
    ) -> None:
        self.lengths, self.max_batch, self.lead = lengths, max_batch, lead
        self.shapes: list[tuple[int, int]] = []
        values = {
            "family": "bert",
            "lengths": lengths,
            "max_batch": max_batch,
            "inputs": ("input_ids", "attention_mask", "token_type_ids"),
            "pair": PAIR,
            **settings,
        }
        user_defined = {READER_KEY: ReaderSettings(**values).to_json(), TOKENIZER_KEY: fake_tokenizer().to_str()}
        self.description = SimpleNamespace(inputs=(), metadata=SimpleNamespace(user_defined=user_defined))

    def predict(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        ids, mask, types = inputs["input_ids"], inputs["attention_mask"], inputs["token_type_ids"]
        assert ids.dtype == mask.dtype == types.dtype == np.int32
        assert ids.shape[0] <= self.max_batch
        assert ids.shape[1] in self.lengths
        self.shapes.append(ids.shape)
        logits = [self._row(*row) for row in zip(ids, mask, types, strict=True)]
        return {
            "start_logits": np.stack([start for start, _ in logits]),
            "end_logits": np.stack([end for _, end in logits]),
        }

    def predict_batch(self, rows: Sequence[Mapping[str, np.ndarray]]) -> list[dict[str, np.ndarray]]:
        return [self.predict(row) for row in rows]

    def _row(self, ids: np.ndarray, mask: np.ndarray, types: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        middle = int(np.flatnonzero(ids == SEP)[0])
        question = ids[1:middle]
        start = ((ids.astype(np.int64) * 2654435761) % 1009 / 1009).astype(np.float32)
        end = ((ids.astype(np.int64) * 40503) % 997 / 997).astype(np.float32)
        last = int(mask.sum()) - 1
        for at in range(middle + 1, last - len(question) + 1):
            if np.array_equal(ids[at : at + len(question)], question):
                start[at] += self.lead
                end[at + len(question) - 1] += self.lead
        start[0] = end[0] = 0.0
        assert not mask[last + 1 :].any()
        assert not types[: middle + 1].any()
        assert types[middle + 1 : last + 1].all()
        return start, end
