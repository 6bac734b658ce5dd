"""Open a Core ML model from disk: a single `.mlmodel` file or an `.mlpackage` folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from bertkit.coreml import manifest, proto
from bertkit.coreml.weights import Array, BlobFile
from bertkit.errors import FileError, ModelError, UnsupportedError
from bertkit.files import digest_files

NEWEST_SPECIFICATION_VERSION = 10
SUFFIXES = (".mlpackage", ".mlmodel")
"""What names of Core ML models end with."""

_MODEL_PATH = "@model_path/"


@dataclass(frozen=True)
class Package:
    """A Core ML model on disk, its specification in memory and its weights in a memory map.

    Attributes:
        path: the `.mlmodel` file or `.mlpackage` folder.
        specification_path: the file that holds the specification; `path` itself for an `.mlmodel`.
        specification: `Model_pb2.Model`.
        edited: whether `specification` is another one than the file's.
        linked_from: the models that led to it by links, the first one first.
    """

    path: Path
    specification_path: Path
    specification: Any
    edited: bool = False
    linked_from: tuple[Path, ...] = ()

    @classmethod
    def open(cls, path: str | Path) -> Package:
        """Read a model's specification and check that its weights are complete.

        Raises:
            FileError: nothing is at `path`, it cannot be read, is truncated, or is not a Core ML model.
            ModelError: the model has no type, or a specification version that does not exist.
            UnsupportedError: `path` is a compiled `.mlmodelc`.
        """
        path = Path(path)
        if not path.exists():
            raise FileError(f"There is no Core ML model at {path}. Check the path.")
        if path.suffix == ".mlmodelc":
            raise UnsupportedError(f"{path} is compiled for one device. Open the .mlpackage or .mlmodel it came from.")
        specification_path = manifest.root_model(path) if path.is_dir() else path
        package = cls(path, specification_path, _read_specification(specification_path))
        package._check_weights()
        return package

    def with_specification(self, specification: Any) -> Package:
        """Return this package with another specification, which exists in memory only until it is saved."""
        return replace(self, specification=specification, edited=True)

    @property
    def model_type(self) -> str:
        """The specification's model type, for example `mlProgram` or `neuralNetwork`."""
        return str(self.specification.WhichOneof("Type"))

    @cached_property
    def metadata(self) -> dict[str, str]:
        """The user-defined metadata."""
        return dict(self.specification.description.metadata.userDefined)

    @cached_property
    def digest(self) -> str:
        """The blake2b digest (32 hexadecimal digits) of the specification and the weights, wherever they lie."""
        if not self.edited:
            return digest_files([self.specification_path, *self.weight_paths()])
        digest = hashlib.blake2b(self.specification.SerializeToString(deterministic=True), digest_size=16)
        digest.update(digest_files(self.weight_paths()).encode())
        return digest.hexdigest()

    def weight_paths(self) -> list[Path]:
        """The weight files beside the specification, sorted by name; none for an `.mlmodel`."""
        folder = self.specification_path.parent / "weights"
        if not self.path.is_dir() or not folder.is_dir():
            return []
        return sorted(path for path in folder.rglob("*") if path.is_file())

    def weight(self, file_name: str, offset: int) -> Array:
        """Return one constant of the program.

        Args:
            file_name: as the program writes it, `@model_path/weights/weight.bin`.
            offset: byte offset of the blob's record in that file.

        Returns:
            [elements], flat and read-only, a view where the stored type allows it; see `BlobFile.read`.

        Raises:
            FileError: the file is missing or truncated.
            ModelError: the name leaves the package, or no blob begins at `offset`.
        """
        return self._blob_file(file_name).read(offset)

    @cached_property
    def _blob_files(self) -> dict[str, BlobFile]:
        return {}

    def _blob_file(self, file_name: str) -> BlobFile:
        if file_name not in self._blob_files:
            relative = PurePosixPath(file_name.removeprefix(_MODEL_PATH))
            if not self.path.is_dir() or not file_name.startswith(_MODEL_PATH) or manifest.leaves_folder(relative):
                raise ModelError(
                    f'The program of {self.path} refers to the weight file "{file_name}"; wanted a path inside an '
                    f".mlpackage that begins with {_MODEL_PATH}."
                )
            self._blob_files[file_name] = BlobFile(self.specification_path.parent / relative)
        return self._blob_files[file_name]

    def _check_weights(self) -> None:
        """Open every weight file once, so that a truncated one is told before anything is computed."""
        if self.model_type == "mlProgram":
            folder = self.specification_path.parent
            for path in self.weight_paths():
                if path.suffix == ".bin":
                    self._blob_file(f"{_MODEL_PATH}{path.relative_to(folder).as_posix()}")


def _read_specification(path: Path) -> Any:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    return parse_specification(content, str(path))


def parse_specification(content: bytes, origin: str) -> Any:
    """Parse the bytes of an `.mlmodel` file.

    Args:
        content: the serialized specification.
        origin: what to call it in messages, usually its path.

    Returns:
        `Model_pb2.Model`.

    Raises:
        FileError: the bytes are truncated or no Core ML specification.
        ModelError: the model has no type, or a specification version that does not exist.
    """
    try:
        specification = proto.model_pb2().Model.FromString(content)
    except proto.decode_error() as error:
        raise FileError(
            f"{origin} is not a Core ML model, or is truncated: its {len(content)} bytes do not parse. "
            "Copy or download it again."
        ) from error
    version, model_type = specification.specificationVersion, specification.WhichOneof("Type")
    if version == 0 and model_type is None:
        raise FileError(f"{origin} is not a Core ML model, or is truncated: it has no version and no model type.")
    if not 1 <= version <= NEWEST_SPECIFICATION_VERSION:
        raise ModelError(
            f"{origin} has specification version {version}; wanted 1 to {NEWEST_SPECIFICATION_VERSION}. "
            "It was written for a newer Core ML, or is damaged."
        )
    if model_type is None:
        raise ModelError(
            f"{origin} names no model type (specification version {version}). It is truncated, or of a newer kind."
        )
    return specification
