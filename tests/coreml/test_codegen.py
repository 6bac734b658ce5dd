"""Generated classes: they say what the file says, run, and pass a type checker; nothing in a file becomes code."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bertkit.coreml import Model, Package, proto
from bertkit.coreml.codegen import generate
from bertkit.coreml.codegen.names import class_name, field_names
from bertkit.coreml.save import save_model
from bertkit.resources import resource

_ARRAY, _TEXT, _NUMBER, _WORDS = "multiArrayType", "stringType", "int64Type", "dictionaryType"
HOSTILE = '"""\nimport os\nraise SystemExit("ran")\n\\"""\u202e'


def _specification(description: str = "", name: str = "x", optional: str = "maybe") -> object:
    """Return a network that doubles its input; it takes a second one that may be left out."""
    model = proto.model_pb2().Model()
    model.specificationVersion = 4
    model.description.metadata.shortDescription = description
    for feature, place in ((name, "input"), (optional, "input"), ("y", "output")):
        added = getattr(model.description, place).add(name=feature, shortDescription=description)
        added.type.multiArrayType.shape.append(3)
        added.type.multiArrayType.dataType = 65568
        added.type.isOptional = feature == optional
    model.neuralNetwork.arrayInputShapeMapping = 1
    layer = model.neuralNetwork.layers.add(name="double", input=[name], output=["y"])
    layer.activation.linear.alpha = 2.0
    return model


def _imported(text: str, folder: Path, name: str) -> ModuleType:
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _package(folder: Path, specification: object, name: str = "my-net 2.mlmodel") -> Package:
    save_model(folder / name, specification)
    return Package.open(folder / name)


def test_the_classes_run_the_model(tmp_path: Path) -> None:
    package = _package(tmp_path, _specification())
    module = _imported(generate(package), tmp_path, "generated_net")
    model = module.MyNet2(package.path)
    found = model.predict(module.MyNet2Input(x=np.array([1, 2, 3], np.float32)))
    np.testing.assert_array_equal(found.y, [2, 4, 6])
    wanted = Model.load(package.path).predict({"x": np.array([1, 2, 3], np.float32)})["y"]
    np.testing.assert_array_equal(found.y, wanted)


def test_types_shapes_and_descriptions_are_in_the_docstrings(tmp_path: Path) -> None:
    text = generate(_package(tmp_path, _specification("Doubles what it is given.")))
    assert "x: multi-array float32 [3]. Doubles what it is given." in text
    assert "maybe: multi-array float32 [3], optional." in text
    assert "    maybe: NDArray[np.float32] | None = None" in text


def test_an_updatable_model_has_training_inputs() -> None:
    text = generate(Package.open(resource("models/drawing-to-emoji.mlmodel")))
    assert "class DrawingToEmojiTrainingInput:" in text
    assert 'label=str(found["label"])' in text


def test_nothing_in_a_file_becomes_code(tmp_path: Path) -> None:
    specification = _specification(HOSTILE, name=HOSTILE, optional='"]; raise SystemExit  # ')
    text = generate(_package(tmp_path, specification))
    module = _imported(text, tmp_path, "generated_hostile")
    given = module.MyNet2Input(**{next(iter(field_names([HOSTILE], "to_dict").values())): np.ones(3)})
    assert list(given.to_dict()) == [HOSTILE]


def test_a_feature_may_be_called_like_the_method(tmp_path: Path) -> None:
    module = _imported(generate(_package(tmp_path, _specification(name="to_dict"))), tmp_path, "generated_method")
    assert list(module.MyNet2Input(to_dict_2=np.ones(3)).to_dict()) == ["to_dict"]


@given(st.lists(st.text(max_size=8), unique=True, max_size=6))
def test_names_of_fields_are_different_and_python_takes_them(names: list[str]) -> None:
    chosen = field_names(names, reserved="to_dict")
    assert list(chosen) == names
    assert len(set(chosen.values())) == len(names)
    assert "to_dict" not in chosen.values()
    for field in chosen.values():
        compile(f"{field} = 1", "field", "exec")


@given(st.text(max_size=12))
def test_names_of_classes_are_taken_by_python(name: str) -> None:
    compile(f"class {class_name(name)}: ...", "class", "exec")


@pytest.mark.slow
def test_generated_modules_pass_the_type_checker(tmp_path: Path) -> None:
    from mypy import api

    modules = []
    for number, package in enumerate(
        (
            _package(tmp_path, _specification()),
            Package.open(resource("models/drawing-to-emoji.mlmodel")),
            Package.open(resource("models/minilm-l6-reader.mlpackage")),
        )
    ):
        module = tmp_path / f"generated_{number}.py"
        module.write_text(generate(package), encoding="utf-8")
        modules.append(str(module))
    wrong = tmp_path / "wrong.py"
    wrong.write_text("from generated_0 import MyNet2Input\nMyNet2Input(x='text')\n", encoding="utf-8")
    root = Path(__file__).resolve().parents[2]
    options = ["--strict", "--config-file", str(root / "pyproject.toml"), "--follow-imports", "silent"]
    said, errors, code = api.run([*options, *modules])
    assert (code, errors) == (0, ""), said
    said, _, code = api.run([*options, str(wrong), *modules])
    assert code == 1
    assert re.search(r'wrong\.py:2: error: Argument "x" to "MyNet2Input"', said)
