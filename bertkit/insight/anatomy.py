"""Where in a file the parts of a reader are: its layers carry the paths of their modules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bertkit.bert.names import SEPARATOR, module_of_layer
from bertkit.errors import UnsupportedError

_ENCODER_LAYER = re.compile(rf"encoder{SEPARATOR}layer_(\d+)(?={SEPARATOR})")


@dataclass(frozen=True)
class Anatomy:
    """Layers of a file that analyses start from, in both formats and all families that bertkit converts.

    Attributes:
        hidden: layers whose outputs are the hidden states [batch, sequence, hidden]: the embeddings first, then each
            encoder layer.
        attentions: module path of each encoder layer's self-attention.
    """

    hidden: tuple[str, ...]
    attentions: tuple[str, ...]

    @classmethod
    def of(cls, layers: Iterable[str]) -> Anatomy:
        """Find the parts.

        Args:
            layers: names of the file's layers, in order of computation.

        Raises:
            UnsupportedError: the names are not those that `bertkit convert` writes.
        """
        embeddings = ""
        outputs: dict[int, str] = {}
        attentions: dict[int, str] = {}
        for layer in layers:
            found = _ENCODER_LAYER.match(layer)
            if found is not None:
                outputs[int(found[1])] = layer
                if layer.endswith(f"{SEPARATOR}self{SEPARATOR}context"):
                    attentions[int(found[1])] = module_of_layer(layer)
            elif module_of_layer(layer) == "embeddings":
                embeddings = layer
        numbers = sorted(outputs)
        if not (embeddings and numbers and numbers == sorted(attentions) == list(range(len(numbers)))):
            raise UnsupportedError(
                "This analysis needs a file that bertkit convert wrote: its layers are named after modules, such as "
                "encoder__layer_0__attention__self__context. Convert the checkpoint with: bertkit convert"
            )
        hidden = (embeddings, *(outputs[number] for number in numbers))
        return cls(hidden, tuple(attentions[number] for number in numbers))

    @property
    def stages(self) -> tuple[str, ...]:
        """What to call the hidden states: `embeddings`, `encoder layer 1` and so on."""
        return ("embeddings", *(f"encoder layer {number}" for number in range(1, len(self.hidden))))
