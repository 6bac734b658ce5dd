"""How a checkpoint puts a question and a passage into one row."""

from __future__ import annotations

from typing import NamedTuple

from bertkit.bert.checkpoint import Checkpoint
from bertkit.bert.settings import PairTemplate
from bertkit.bert.tokenizer import special_token
from bertkit.errors import CheckpointError


class _Style(NamedTuple):
    """A family's special tokens and how many separators stand between question and passage."""

    first: str
    separator: str
    padding: str
    separators: int


_BERT = _Style("[CLS]", "[SEP]", "[PAD]", 1)
_ALBERT = _Style("[CLS]", "[SEP]", "<pad>", 1)
_ROBERTA = _Style("<s>", "</s>", "<pad>", 2)
_STYLES = {"albert": _ALBERT, "roberta": _ROBERTA}


def pair_template(checkpoint: Checkpoint, *, has_types: bool, vocabulary: int) -> PairTemplate:
    """Return the checkpoint's template: `[CLS] q [SEP] p [SEP]`, for RoBERTa `<s> q </s></s> p </s>`.

    Args:
        checkpoint: an open checkpoint.
        has_types: whether the model takes token types; then the passage's is 1.
        vocabulary: rows of the word embeddings.

    Raises:
        CheckpointError: a special token is not in the vocabulary, or the tokenizer knows more tokens than the model.
    """
    style = _STYLES.get(checkpoint.family, _BERT)
    _check_vocabulary(checkpoint, vocabulary)
    first = _token_id(checkpoint, "cls_token", style.first, vocabulary)
    separator = _token_id(checkpoint, "sep_token", style.separator, vocabulary)
    stated_padding = checkpoint.config.get("pad_token_id")
    if isinstance(stated_padding, int):
        padding = stated_padding
    else:
        padding = _token_id(checkpoint, "pad_token", style.padding, vocabulary)
    return PairTemplate(
        prefix_ids=(first,),
        middle_ids=(separator,) * style.separators,
        suffix_ids=(separator,),
        pad_id=padding,
        question_type=0,
        passage_type=1 if has_types else 0,
    )


def _token_id(checkpoint: Checkpoint, name: str, default: str, vocabulary: int) -> int:
    token = special_token(checkpoint.folder, name, default)
    found = checkpoint.tokenizer.token_to_id(token)
    if found is None or found >= vocabulary:
        raise CheckpointError(
            f'{checkpoint.folder}: the {name} "{token}" has the id {found}; wanted one below {vocabulary}, the rows of '
            "the word embeddings. The tokenizer and the weights do not belong together."
        )
    return int(found)


def _check_vocabulary(checkpoint: Checkpoint, vocabulary: int) -> None:
    known = checkpoint.tokenizer.get_vocab(with_added_tokens=False)
    largest = max(known.values(), default=-1)
    if largest >= vocabulary:
        raise CheckpointError(
            f"{checkpoint.folder}: the tokenizer has ids up to {largest}, the word embeddings only {vocabulary} rows. "
            "The tokenizer and the weights do not belong together."
        )
