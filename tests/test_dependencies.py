"""A missing optional package is told with the extra that brings it."""

from __future__ import annotations

import sys

import pytest

from bertkit.dependencies import installed, require
from bertkit.errors import BertkitError, DependencyError


def test_require_returns_the_module() -> None:
    assert require("json.decoder", "documents", "read JSON").__name__ == "json.decoder"


def test_missing_package_names_the_extra() -> None:
    with pytest.raises(DependencyError, match=r'"no_such_package" is needed to fly.*bertkit\[documents\]') as caught:
        require("no_such_package.part", "documents", "fly")
    assert isinstance(caught.value, BertkitError)


def test_a_fault_inside_the_package_is_not_taken_for_its_absence(tmp_path, monkeypatch) -> None:
    (tmp_path / "broken_package.py").write_text("import another_missing_package")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="another_missing_package"):
        require("broken_package", "documents", "fly")


def test_installed_does_not_import(monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "wave", raising=False)
    assert installed("wave")
    assert "wave" not in sys.modules
    assert not installed("no_such_package")
