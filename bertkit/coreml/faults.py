"""What goes wrong because of a model's own content, told in the model's terms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bertkit.coreml import validate
from bertkit.coreml.package import Package
from bertkit.errors import BertkitError, ModelError


@contextmanager
def told_as_model_errors(package: Package, doing: str) -> Iterator[None]:
    """Turn an error that a model's content leads to into a `ModelError`.

    A file may hold anything, so code that reads it can fail anywhere. Where the model breaks a rule of the
    specification, that rule is told, because it says more than the place where the reading failed.

    Args:
        package: the model.
        doing: what is done with it, to follow "cannot be".

    Raises:
        ModelError: anything but a `BertkitError` was raised inside.
    """
    try:
        yield
    except BertkitError:
        raise
    except Exception as error:
        report = validate.validate(package)
        reason = f"{first_line(error)}. Its content contradicts itself, or is damaged." if report.valid else str(report)
        raise ModelError(f"{package.path} cannot be {doing}: {reason}") from error


def first_line(error: Exception) -> str:
    """Return the kind of an error and the first line of its message."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
