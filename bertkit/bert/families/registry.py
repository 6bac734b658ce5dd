"""From a checkpoint to its modules, whichever the family."""

from __future__ import annotations

from bertkit.bert.checkpoint import Checkpoint
from bertkit.bert.families import albert, bert, distilbert, electra, mobilebert, roberta
from bertkit.bert.families.source import Source
from bertkit.bert.modules.span_model import SpanModel

_READERS = {
    "albert": albert.read,
    "bert": bert.read,
    "distilbert": distilbert.read,
    "electra": electra.read,
    "mobilebert": mobilebert.read,
    "roberta": roberta.read,
}


def read_model(checkpoint: Checkpoint) -> SpanModel:
    """Read a checkpoint's weights into modules.

    Raises:
        CheckpointError: a tensor is missing, or the configuration and a tensor disagree.
        FileError: a weight file is damaged.
        UnsupportedError: the configuration asks for what is not supported.
    """
    return _READERS[checkpoint.family](Source(checkpoint.config, checkpoint.tensors))
