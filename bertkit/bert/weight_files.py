"""One file of weights: safetensors, or PyTorch's own format."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bertkit.dependencies import require
from bertkit.errors import FileError


class WeightFile(Protocol):
    """Tensors by name, in one file."""

    names: frozenset[str]

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a tensor's shape."""

    def read(self, name: str) -> NDArray[np.float32]:
        """Return a tensor, widened or narrowed to float32."""


def open_weight_file(path: Path) -> WeightFile:
    """Open a file by its suffix, `.safetensors` or `.bin`.

    Raises:
        FileError: it is truncated or malformed.
        DependencyError: it is a safetensors file and that package is not installed.
    """
    return SafetensorsFile(path) if path.suffix == ".safetensors" else PickledFile(path)


class SafetensorsFile:
    """A safetensors file; tensors stay on disk until they are read."""

    def __init__(self, path: Path) -> None:
        safetensors = require("safetensors", "convert", "read a checkpoint's weights")
        try:
            self._file: Any = safetensors.safe_open(path, framework="pt")
        except (safetensors.SafetensorError, OSError) as error:
            raise _damaged(path, error) from error
        self.names = frozenset(self._file.keys())

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a tensor's shape without reading it."""
        return tuple(self._file.get_slice(name).get_shape())

    def read(self, name: str) -> NDArray[np.float32]:
        """Return a tensor as float32."""
        array: NDArray[np.float32] = self._file.get_tensor(name).float().numpy()
        return array


class PickledFile:
    """A `.bin` file. Only tensors are accepted in it (`weights_only`), so none of its code can run."""

    def __init__(self, path: Path) -> None:
        import torch

        try:
            self._tensors: Mapping[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        except (RuntimeError, EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            raise _damaged(path, error) from error
        self.names = frozenset(self._tensors)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a tensor's shape."""
        return tuple(self._tensors[name].shape)

    def read(self, name: str) -> NDArray[np.float32]:
        """Return a tensor as float32."""
        array: NDArray[np.float32] = self._tensors[name].detach().float().numpy()
        return array


def _damaged(path: Path, error: Exception) -> FileError:
    size = path.stat().st_size if path.exists() else 0
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return FileError(f"{path} ({size} bytes) is truncated or not a weight file: {reason}. Download it again.")
