"""What bertkit raises when something is wrong with what it was given.

Every message says what was wanted, what arrived, where, and what to do next, so that the command line can print it as
it is. Programming errors inside bertkit are not caught and keep their own types.
"""

from __future__ import annotations


class BertkitError(Exception):
    """Any refusal by bertkit. The message is complete: it needs no traceback to be acted on."""


class InputError(BertkitError, ValueError):
    """A value passed by the caller is wrong: a name, shape, type, question or option."""


class FileError(BertkitError, OSError):
    """A file or folder is missing, unreadable, truncated or not of the expected format."""


class ModelError(BertkitError):
    """A Core ML model breaks a rule of the specification."""


class CheckpointError(BertkitError):
    """A Hugging Face checkpoint is incomplete, or its configuration and tensors disagree."""


class UnsupportedError(BertkitError):
    """Valid, but not supported here: an op, a layer, a model type or a model family."""


class DependencyError(BertkitError, ImportError):
    """An optional package is missing; the message names the extra that brings it."""
