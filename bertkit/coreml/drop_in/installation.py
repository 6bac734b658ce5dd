"""Put bertkit in the place of the compiled part of coremltools that calls Core ML, and take it out again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.drop_in.replacements import Replacement, replacements


@dataclass(eq=False)
class _Installation:
    """What is in place now.

    Attributes:
        lock: held while anything changes.
        uses: the configurations of the blocks that have not ended, oldest first.
        enabled: the configuration of `enable`; None without it.
        restored: what coremltools had before, to be put back after the last use.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    uses: list[tuple[object, Configuration]] = field(default_factory=list)
    enabled: Configuration | None = None
    restored: list[Replacement] = field(default_factory=list)

    def configuration(self) -> Configuration:
        """Return the configuration for models that are opened now: of the block entered last, then of `enable`."""
        if self.uses:
            return self.uses[-1][1]
        return Configuration() if self.enabled is None else self.enabled

    def settle(self) -> None:
        """Put everything in place that is not, or put everything back, as the uses that are left demand."""
        wanted = bool(self.uses) or self.enabled is not None
        if wanted and not self.restored:
            self.restored = [replacement.apply() for replacement in replacements(self.configuration)]
        elif not wanted and self.restored:
            for replacement in reversed(self.restored):
                replacement.apply()
            self.restored = []


_installation = _Installation()


@contextmanager
def coremltools_prediction(configuration: Configuration | None = None) -> Iterator[None]:
    """Let coremltools predict on any machine: its models are run by bertkit inside the block.

    `MLModel.predict` (one dictionary or a list of them), `make_state`, `function_name`, `compute_units`, images,
    `compile_model` and `CompiledMLModel` work as they do on macOS. Models that are opened inside the block go on
    predicting after it. Blocks may be nested and may overlap in threads: the last to end puts everything back. Where
    several are active, the configuration of the one entered last counts, in all threads.

    Args:
        configuration: how models are run; None is `Configuration()`. Function and compute units are the model's own,
            and Core ML itself is never the engine: on macOS, a block compares bertkit with it.

    Raises:
        UnsupportedError: another version of coremltools is installed than 9.0.

    Example:
        >>> import bertkit.coreml
        >>> with bertkit.coreml.coremltools_prediction():  # doctest: +SKIP
        ...     coremltools.models.MLModel("model.mlpackage").predict({"x": array})
    """
    use = (object(), Configuration() if configuration is None else configuration)
    with _installation.lock:
        _installation.uses.append(use)
        try:
            _installation.settle()
        except BaseException:
            _installation.uses.remove(use)
            raise
    try:
        yield
    finally:
        with _installation.lock:
            _installation.uses.remove(use)
            _installation.settle()


def enable(configuration: Configuration | None = None) -> None:
    """Let coremltools predict on any machine until the process ends or `disable` is called.

    Args:
        configuration: as for `coremltools_prediction`; a second call replaces that of the first.

    Raises:
        UnsupportedError: another version of coremltools is installed than 9.0.
    """
    with _installation.lock:
        before = _installation.enabled
        _installation.enabled = Configuration() if configuration is None else configuration
        try:
            _installation.settle()
        except BaseException:
            _installation.enabled = before
            raise


def disable() -> None:
    """Undo `enable`; without it, nothing happens."""
    with _installation.lock:
        _installation.enabled = None
        _installation.settle()
