"""Which layers of a file and of its original compute the same value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bertkit.bert.settings import ReaderSettings
from bertkit.coreml import Package
from bertkit.errors import ModelError
from bertkit.insight.original_names import canonical, original_names
from bertkit.inspect.layers import Layer


@dataclass(frozen=True)
class Partners:
    """The layers of two models, matched by name.

    Attributes:
        originals: the original's layer for each layer of the file that has one.
        only_file: layers that the file alone has.
        only_original: layers that the original alone has.
    """

    originals: Mapping[str, str]
    only_file: tuple[str, ...]
    only_original: tuple[str, ...]

    @property
    def statement(self) -> str:
        """The finding in words."""
        if not self.originals:
            return "No layers could be matched: the file does not say what it was converted from."
        return (
            f"{len(self.originals)} values are computed by a layer of both. {len(self.only_file)} layers are only the "
            f"file's and {len(self.only_original)} only the original's: they reshape, mask and add in between."
        )


def match(package: Package, file: Sequence[Layer], original: Sequence[Layer]) -> Partners:
    """Match the layers of a file that bertkit wrote with those of a Hugging Face model.

    A module of the original with several operations is matched by the last of them. For a file of another origin there
    are no partners.
    """
    family = _family(package)
    modules = original_names(family, [layer.name for layer in file]) if family else {}
    free = {layer.name: canonical(layer.name) for layer in original}
    found: dict[str, str] = {}
    for layer, module in modules.items():
        partner = _computing(module, free)
        if partner is not None:
            found[layer] = partner
            del free[partner]
    return Partners(found, tuple(layer.name for layer in file if layer.name not in found), tuple(free))


def _family(package: Package) -> str:
    """Return the family that the file's settings name; empty where it has none."""
    try:
        return ReaderSettings.from_metadata(package.metadata).family
    except ModelError:
        return ""


def _computing(module: str, free: Mapping[str, str]) -> str | None:
    """Return the layer that computes a module's value: the one of its name, else its last operation.

    Args:
        module: as `original_names` has it.
        free: layers without a partner so far, each with its canonical name.
    """
    own = next((name for name, plain in free.items() if _alike(plain, module)), None)
    if own is not None:
        return own
    inside = [name for name, plain in free.items() if plain.startswith(f"{module}.")]
    return inside[-1] if inside else None


def _alike(plain: str, module: str) -> bool:
    """Say whether a layer is a module's, also where the module computes more than once (`query`, `query_2`)."""
    return plain == module or (plain.startswith(f"{module}_") and plain[len(module) + 1 :].isdigit())
