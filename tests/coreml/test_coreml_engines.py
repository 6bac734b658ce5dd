"""Engines agree, compile once, and fail with a way out."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import coreml_programs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bertkit.coreml import Configuration, Model, Package, save_model
from bertkit.coreml.engines import apple_engine, cache, choose, openvino_engine, openvino_runtime
from bertkit.coreml.features import Feature, MultiArray
from bertkit.coreml.shapes import AnyShape, EnumeratedShapes, FixedShape, ShapeRange
from bertkit.errors import DependencyError, InputError, ModelError, UnsupportedError

_IDS = [[3, 1, 4, 1]]
_SHAPES = {
    "fixed": {},
    "enumerated": {"enumerated": [(1, 4), (1, 8)]},
    "ranged": {"ranges": [(1, 4), (1, -1)]},
}
openvino = pytest.mark.skipif(not choose.installed("openvino"), reason="openvino is not installed")


@pytest.fixture(scope="module")
def scorers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("engines")
    return {
        name: save_model(folder / f"{name}.mlpackage", coreml_programs.token_scorer((1, 4), **flexibility))
        for name, flexibility in _SHAPES.items()
    }


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a cache folder for each scorer, in which it is in float32 once it was used."""
    return {name: tmp_path_factory.mktemp("compiled") for name in _SHAPES}


@pytest.fixture(scope="module")
def compiled(scorers: dict[str, Path], caches: dict[str, Path]) -> Path:
    """Return a cache folder with the ranged scorer in it, in float32."""
    Model.load(scorers["ranged"], _openvino(caches["ranged"])).predict({"ids": _IDS})
    return caches["ranged"]


class _Imported:
    """A compiled model that was imported, which can be exported once more; OpenVINO's own cannot."""

    def __init__(self, core: Any, content: bytes, properties: dict) -> None:
        self._content = content
        self._model = core.import_model(io.BytesIO(content), "CPU", properties)

    def export_model(self) -> io.BytesIO:
        return io.BytesIO(self._content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, compiled: Path) -> list[Package]:
    """Whatever is compiled in this test, the ranged scorer comes out of it, at no cost; returns what was compiled."""
    made: list[Package] = []
    (whole,) = compiled.iterdir()

    def compile_quickly(core: Any, package: Package, _: object, __: object, properties: dict) -> tuple:
        made.append(package)
        stored = cache.CompiledCache(compiled).get(whole.stem)
        return _Imported(core, stored.content.tobytes(), properties), stored.header

    monkeypatch.setattr(openvino_engine, "_compile", compile_quickly)
    return made


def _openvino(folder: Path | bool, **options: object) -> Configuration:
    return Configuration(**{"engine": "openvino", "precision": "float32", "cache": folder, **options})


def _scores(path: Path, configuration: Configuration, ids: object = _IDS) -> np.ndarray:
    return Model.load(path, configuration).predict({"ids": ids})["scores"]


@openvino
@pytest.mark.parametrize("name", _SHAPES)
def test_openvino_agrees_with_torch(scorers: dict[str, Path], caches: dict[str, Path], name: str) -> None:
    exact = _scores(scorers[name], Configuration(engine="torch"))
    np.testing.assert_allclose(_scores(scorers[name], _openvino(caches[name])), exact, atol=1e-5)


@openvino
@settings(max_examples=25, deadline=None)
@given(batch=st.integers(1, 4), sequence=st.integers(1, 40), seed=st.integers(0, 1000))
def test_openvino_agrees_with_torch_on_every_allowed_shape(models, batch: int, sequence: int, seed: int) -> None:
    ids = np.random.default_rng(seed).integers(0, coreml_programs.VOCABULARY, (batch, sequence))
    exact, fast = (model.predict({"ids": ids})["scores"] for model in models)
    np.testing.assert_allclose(fast, exact, atol=1e-4)


@openvino
@pytest.mark.parametrize("first", [(1, 1), (3, 1), (1, 40)])
def test_the_first_shape_does_not_decide_over_later_ones(
    scorers: dict[str, Path], compiled: Path, first: tuple[int, int]
) -> None:
    fast = Model.load(scorers["ranged"], _openvino(compiled))
    exact = Model.load(scorers["ranged"], Configuration(engine="torch"))
    rng = np.random.default_rng(0)
    for shape in (first, (1, 2), (1, 16), (2, 17), (4, 33), (1, 1), (1, 64)):
        inputs = {"ids": rng.integers(0, coreml_programs.VOCABULARY, shape)}
        np.testing.assert_allclose(fast.predict(inputs)["scores"], exact.predict(inputs)["scores"], atol=1e-4)


@openvino
def test_products_of_any_rank_and_repeated_outputs_are_converted() -> None:
    torch = pytest.importorskip("torch")
    from bertkit.coreml.engines.openvino_convert import convert
    from bertkit.coreml.lowering import Lowered

    def compute(a, b, v):
        stacks = torch.matmul(a, b)
        return stacks, torch.matmul(b, v), a, stacks, torch.matmul(v, b)

    lowered = Lowered(
        torch.fx.symbolic_trace(compute), ("a", "b", "v"), ("stacks", "right", "a", "again", "left"), {}, {}
    )
    ranges = {"a": ((1, 9), (1, 1), (1, 9), (4, 4)), "b": ((5, 5), (4, 4), (4, 4)), "v": ((4, 4),)}
    features = [Feature(name, MultiArray(np.dtype("float32"), ShapeRange(bounds))) for name, bounds in ranges.items()]
    model, indices = convert(lowered, features, exact=True)
    compiled = (
        openvino_runtime.import_openvino().Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    )
    rng = np.random.default_rng(0)
    for sizes in ((1, 1, 1, 4), (3, 1, 2, 4)):
        arrays = [rng.normal(size=size).astype(np.float32) for size in (sizes, (5, 4, 4), (4,))]
        results = compiled(arrays)
        for index, expected in zip(indices, compute(*map(torch.from_numpy, arrays)), strict=True):
            np.testing.assert_allclose(results[index], expected.numpy(), atol=1e-5)
    kinds = [operation.get_type_name() for operation in model.get_ordered_ops()]
    assert "Broadcast" not in kinds
    assert indices == [0, 1, 2, 0, 3]


@openvino
@pytest.mark.parametrize(("exact", "stored"), [(True, "float32"), (False, "float16")])
def test_weights_are_stored_in_the_least_precision_that_the_arithmetic_needs(exact: bool, stored: str) -> None:
    torch = pytest.importorskip("torch")
    from bertkit.coreml.engines.openvino_convert import convert
    from bertkit.coreml.lowering import Lowered

    wanted = torch.linspace(-1, 1, 64 * 64).reshape(64, 64)
    lowered = Lowered(torch.fx.symbolic_trace(lambda x: (x @ wanted,)), ("x",), ("y",), {}, {})
    feature = Feature("x", MultiArray(np.dtype("float32"), FixedShape((1, 64))))
    model, _ = convert(lowered, [feature], exact=exact)
    constants = [node.data for node in model.get_ordered_ops() if node.get_type_name() == "Constant"]
    weight = max(constants, key=lambda values: values.size)
    assert str(weight.dtype) == stored
    np.testing.assert_allclose(np.sort(weight, axis=None), wanted.flatten().numpy(), atol=5e-4)  # may be transposed


@openvino
def test_what_openvino_cannot_compile_says_why() -> None:
    torch = pytest.importorskip("torch")
    from bertkit.coreml.engines.openvino_convert import convert
    from bertkit.coreml.lowering import Lowered

    lowered = Lowered(torch.fx.symbolic_trace(lambda x: (x.reshape(4, 2),)), ("x",), ("y",), {}, {})
    ranged = Feature("x", MultiArray(np.dtype("float32"), ShapeRange(((1, 9), (2, 2)))))
    with pytest.raises(UnsupportedError, match=r"cannot be compiled for OpenVINO \(.+\)\. Use the torch engine"):
        convert(lowered, [ranged], exact=True)
    with pytest.raises(UnsupportedError, match=r'"x" .* has no shape to compile for'):
        convert(lowered, [Feature("x", MultiArray(np.dtype("float32"), AnyShape()))], exact=True)
    mixed = EnumeratedShapes(((4, 2), (8,)))
    with pytest.raises(UnsupportedError, match="different numbers of axes"):
        convert(lowered, [Feature("x", MultiArray(np.dtype("float32"), mixed))], exact=True)


@pytest.fixture(scope="module")
def models(scorers: dict[str, Path], compiled: Path) -> tuple[Model, Model]:
    return (
        Model.load(scorers["ranged"], Configuration(engine="torch")),
        Model.load(scorers["ranged"], _openvino(compiled)),
    )


@pytest.mark.parametrize("engine", ["torch", pytest.param("openvino", marks=openvino)])
def test_bfloat16_is_close_to_float32(scorers: dict[str, Path], engine: str) -> None:
    exact = _scores(scorers["fixed"], Configuration(engine="torch"))
    try:
        rough = _scores(scorers["fixed"], Configuration(engine=engine, precision="bfloat16", cache=False))
    except InputError as error:
        pytest.skip(str(error))
    assert rough.dtype == np.float32
    assert 0 < np.abs(rough - exact).max() < 0.1


@openvino
def test_results_are_the_callers_own(models: tuple[Model, Model]) -> None:
    first = models[1].predict({"ids": _IDS})["scores"]
    kept = first.copy()
    models[1].predict({"ids": [[9, 8, 7, 6]]})
    np.testing.assert_array_equal(first, kept)


@openvino
def test_traces_come_from_the_reference(models: tuple[Model, Model]) -> None:
    exact, fast = (model.trace({"ids": _IDS}) for model in models)
    assert exact.keys() == fast.keys()
    np.testing.assert_array_equal(exact["attention"], fast["attention"])


@openvino
def test_a_compiled_model_is_loaded_without_torch_or_coremltools(scorers: dict[str, Path], compiled: Path) -> None:
    code = (
        "import sys; from bertkit.coreml import Configuration, Model; "
        f"c = Configuration(engine='openvino', precision='float32', cache={str(compiled)!r}); "
        f"print(Model.load({str(scorers['ranged'])!r}, c).predict({{'ids': {_IDS}}})['scores'].tolist()); "
        "print(sorted({'torch', 'coremltools', 'openvino_telemetry'} & set(sys.modules)))"
    )
    lines = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    np.testing.assert_allclose(eval(lines[0]), _scores(scorers["ranged"], Configuration(engine="torch")), atol=1e-5)
    assert lines[1] == "[]"


@openvino
def test_a_model_is_compiled_once(scorers: dict[str, Path], compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Compiled(BaseException):  # an event: nothing may take it for an error of the model
        pass

    def tell(*_: object) -> None:
        raise Compiled

    monkeypatch.setattr("bertkit.coreml.engines.openvino_engine._compile", tell)
    _scores(scorers["ranged"], _openvino(compiled))
    for other in ((scorers["fixed"], _openvino(compiled)), (scorers["ranged"], _openvino(False))):
        with pytest.raises(Compiled):
            _scores(*other)


@openvino
@pytest.mark.parametrize("damage", [b"", b"bertkit compiled model 1\n", None], ids=["empty", "header", "content"])
def test_a_damaged_compiled_model_is_compiled_anew(
    scorers: dict[str, Path],
    compiled: Path,
    quick: list[Package],
    tmp_path: Path,
    damage: bytes | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (whole,) = compiled.iterdir()
    content = whole.read_bytes()
    (tmp_path / whole.name).write_bytes(content[:4096] + b"\0" * (len(content) - 4096) if damage is None else damage)
    exact = _scores(scorers["ranged"], Configuration(engine="torch"))
    with caplog.at_level(logging.WARNING):
        np.testing.assert_allclose(_scores(scorers["ranged"], _openvino(tmp_path)), exact, atol=1e-5)
    assert "compiled anew" in caplog.text
    caplog.clear()
    _scores(scorers["ranged"], _openvino(tmp_path))
    assert "compiled anew" not in caplog.text
    assert len(quick) == 1


@openvino
def test_an_unwritable_cache_is_told_and_not_needed(
    scorers: dict[str, Path], quick: list[Package], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert _scores(scorers["ranged"], _openvino(occupied)).shape == (1, 4)
    assert len(quick) == 2
    assert caplog.text.count("Compiled models cannot be kept in") == 1
    assert len(caplog.records) == 1


@openvino
def test_threads_are_used_as_configured(scorers: dict[str, Path], compiled: Path) -> None:
    model = Model.load(scorers["ranged"], _openvino(compiled, threads=1))
    assert model.engine.settings == "cpu, float32, 1 threads"
    assert Model.load(scorers["fixed"], Configuration(engine="torch", threads=1)).engine.settings.endswith("1 threads")


def test_the_cache_forgets_the_least_recently_used(tmp_path: Path) -> None:
    store = cache.CompiledCache(tmp_path, limit_bytes=3 * 5000)
    for age, key in enumerate("abc"):
        store.put(key, {"name": key}, bytes(100))
        os.utime(tmp_path / f"{key}.compiled", (age, age))
    assert store.get("a") is not None  # now the most recently used
    store.put("d", {"name": "d"}, bytes(100))
    assert [store.get(key) is not None for key in "abcd"] == [True, False, True, True]


def test_the_cache_returns_what_was_put(tmp_path: Path) -> None:
    store = cache.CompiledCache(tmp_path / "made" / "on demand")
    assert store.get("key") is None
    store.put("key", {"inputs": ["a"]}, b"content")
    stored = store.get("key")
    assert stored is not None
    assert (stored.header, stored.content.tobytes()) == ({"inputs": ["a"]}, b"content")
    stored.content[:] = 0  # a private map: the file stays
    again = store.get("key")
    assert again is not None
    assert again.content.tobytes() == b"content"


@given(st.binary(max_size=300))
def test_any_file_in_the_cache_is_harmless(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "harmless"
    folder.mkdir(exist_ok=True)
    (folder / "key.compiled").write_bytes(b"bertkit compiled model 1\n" + content)
    assert cache.CompiledCache(folder).get("key") is None


def test_the_default_cache_is_the_platforms_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, appauthor: tmp_path / name)
    assert cache.open_cache(None) == cache.CompiledCache(tmp_path / "bertkit" / "compiled")
    assert cache.open_cache(False) is None


@openvino
def test_every_fact_that_changes_the_result_is_in_the_key(
    scorers: dict[str, Path], compiled: Path, quick: list[Package], tmp_path: Path
) -> None:
    keys = {path.name for path in compiled.iterdir()}
    specification = Package.open(scorers["ranged"]).specification
    specification.description.metadata.versionString = "2"
    other = save_model(tmp_path / "other.mlpackage", specification)
    for model in (scorers["ranged"], other):
        _scores(model, _openvino(tmp_path / "cache"))
    assert len(quick) == 2
    assert len({path.name for path in (tmp_path / "cache").iterdir()} - keys) == 1


@pytest.mark.parametrize(
    ("options", "macos", "has_openvino", "expected"),
    [
        ({}, False, True, "openvino"),
        ({}, False, False, "torch"),
        ({}, True, True, "apple"),
        ({"precision": "float32"}, True, True, "openvino"),
        ({"preferred_device": "cpu"}, True, False, "torch"),
        ({"preferred_device": "cuda:0"}, True, True, "torch"),
        ({"engine": "openvino"}, True, False, "openvino"),
    ],
)
def test_auto_chooses(monkeypatch, options: dict, macos: bool, has_openvino: bool, expected: str) -> None:
    monkeypatch.setattr(apple_engine, "available", lambda: macos)
    monkeypatch.setattr(choose, "installed", lambda module: has_openvino)
    assert choose.choose(Configuration(**options)) == expected


def test_engines_that_cannot_use_a_device_say_so(scorers: dict[str, Path]) -> None:
    with pytest.raises(InputError, match=r'openvino engine does not run on "cuda"\. Use engine="torch"'):
        _scores(scorers["fixed"], Configuration(engine="openvino", preferred_device="cuda"))
    with pytest.raises(InputError, match=r'"cuda:99", but torch finds \d+ CUDA devices'):
        _scores(scorers["fixed"], Configuration(engine="torch", preferred_device="cuda:99"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"precision": "float32"}, 'cannot be made to use float32. Use precision="auto"'),
        ({"preferred_device": "cpu"}, 'takes compute_units="cpu_only"'),
    ],
)
def test_apple_refuses_what_it_would_have_to_ignore(options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        choose.choose(Configuration(engine="apple", **options))


def test_a_missing_openvino_names_the_extra(scorers: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(DependencyError, match=r'pip install "bertkit\[openvino\]"'):
        _scores(scorers["fixed"], _openvino(False))


def test_auto_falls_back_to_torch_where_openvino_cannot_compile(
    scorers: dict[str, Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise openvino_runtime.NotConvertibleError("no such operation")

    monkeypatch.setattr("bertkit.coreml.engines.openvino_engine.load", refuse)
    monkeypatch.setattr(choose, "installed", lambda module: True)
    monkeypatch.setattr(apple_engine, "available", lambda: False)
    model = Model.load(scorers["fixed"])
    with caplog.at_level(logging.WARNING):
        assert model.engine.name == "torch"
    assert "runs with the slower torch engine: no such operation" in caplog.text
    with pytest.raises(UnsupportedError, match="no such operation"):
        _scores(scorers["fixed"], _openvino(False))


def test_bfloat16_needs_a_processor_that_has_it() -> None:
    assert openvino_runtime.choose_precision("auto", ("FP32",)) == "f32"
    assert openvino_runtime.choose_precision("auto", ("BF16", "FP32")) == "bf16"
    assert openvino_runtime.choose_precision("float32", ("BF16", "FP32")) == "f32"
    with pytest.raises(InputError, match=r"does not compute in bfloat16 \(it has FP32\)"):
        openvino_runtime.choose_precision("bfloat16", ("FP32",))


def test_apple_needs_macos(scorers: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    with pytest.raises(UnsupportedError, match=r'needs macOS, this is Linux\. Use "openvino" or "torch"'):
        _scores(scorers["fixed"], Configuration(engine="apple"))


def test_apple_hands_the_model_to_coremltools(scorers: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    class FakeModel:
        def __init__(self, path: str, compute_units: str, function_name: str | None) -> None:
            calls.append((path, compute_units, function_name))

        def predict(self, inputs: dict) -> dict:
            return {"scores": inputs["ids"].astype(np.float16)}

    units = {name: name for name in ("ALL", "CPU_ONLY", "CPU_AND_GPU", "CPU_AND_NE")}
    fake = SimpleNamespace(models=SimpleNamespace(MLModel=FakeModel), ComputeUnit=units)
    monkeypatch.setitem(sys.modules, "coremltools", fake)
    monkeypatch.setattr(apple_engine, "available", lambda: True)
    path = scorers["fixed"]
    result = _scores(path, Configuration(engine="apple", compute_units="cpu_and_neural_engine"))
    assert calls == [(str(path), "CPU_AND_NE", None)]
    assert result.dtype == np.float32
    assert result.tolist() == _IDS
    trace = Model.load(path, Configuration(engine="apple")).trace({"ids": _IDS}, ["scores"])
    np.testing.assert_array_equal(trace["scores"], _scores(path, Configuration(engine="torch")))


def test_a_model_that_core_ml_refuses_is_a_model_error(
    scorers: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("compiler error")

    fake = SimpleNamespace(models=SimpleNamespace(MLModel=refuse), ComputeUnit={"ALL": 1})
    monkeypatch.setitem(sys.modules, "coremltools", fake)
    monkeypatch.setattr(apple_engine, "available", lambda: True)
    with pytest.raises(ModelError, match=r"Core ML cannot load .*fixed\.mlpackage: compiler error"):
        _scores(scorers["fixed"], Configuration(engine="apple"))


@pytest.mark.gpu
def test_cuda_agrees_with_the_processor(scorers: dict[str, Path]) -> None:
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    exact = _scores(scorers["fixed"], Configuration(engine="torch"))
    on_cuda = Configuration(preferred_device="cuda")
    assert Model.load(scorers["fixed"], on_cuda).engine.settings.startswith("cuda")
    np.testing.assert_allclose(_scores(scorers["fixed"], on_cuda), exact, atol=1e-4)
