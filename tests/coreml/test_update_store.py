"""A store keeps the base and what was made of it, whoever writes and whenever it is interrupted."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import update_networks as networks
from update_networks import Recipe

from bertkit.coreml import Configuration, Model, Package, save_model
from bertkit.coreml.update import Event, ModelStore, UpdateTask
from bertkit.errors import BertkitError, FileError, InputError

_RECIPE = Recipe((2, 2, 2), (("dense", 4, True), ("sigmoid",), ("dense", 3, True)))
_WAIT = 60


@pytest.fixture
def built() -> networks.Built:
    return networks.build(_RECIPE, epochs=2)


@pytest.fixture(params=["mlmodel", "mlpackage"])
def base(request: pytest.FixtureRequest, built: networks.Built, tmp_path: Path) -> Path:
    return save_model(tmp_path / f"head.{request.param}", built.specification)


@pytest.fixture
def store(base: Path, tmp_path: Path) -> ModelStore:
    return ModelStore.create(tmp_path / "store", base)


def _learn(store: ModelStore, built: networks.Built, seed: int = 1) -> Any:
    task = store.update(networks.examples_for(built, 5, seed))
    task.resume()
    return task.result(_WAIT)


def test_versions_are_kept_and_rolled_back(store: ModelStore, built: networks.Built, base: Path) -> None:
    x = networks.examples_for(built, 1)[0]["x"]
    original = Model.load(base).predict({"x": x})["y"]
    first = store.keep(_learn(store, built))
    second = store.keep(_learn(store, built, 2))
    assert [version.number for version in store.versions] == [0, 1, 2]
    assert (first.parent, second.parent) == (0, 1)
    assert store.current == second
    assert not store.checkpoint.exists()
    learned = Model.load(store.path()).predict({"x": x})["y"]
    assert not np.array_equal(learned, original)
    assert store.rollback() == first
    assert store.rollback() == store.base
    np.testing.assert_array_equal(Model.load(store.path()).predict({"x": x})["y"], original)
    with pytest.raises(InputError, match="nothing before it"):
        store.rollback()
    assert store.rollback(to=2) == store.current == second


def test_diff_tells_what_changed(store: ModelStore, built: networks.Built) -> None:
    assert {change.largest for change in store.diff()} == {0.0}
    store.keep(_learn(store, built))
    changes = store.diff()
    assert [change.name for change in changes] == built.trained
    weights = Package.open(store.path()).specification.neuralNetwork.layers[0].innerProduct.weights.floatValue
    before = built.weights["layer_0.weights"].detach().numpy().reshape(-1)
    assert changes[0].largest == pytest.approx(np.abs(np.asarray(weights) - before).max(), rel=1e-5)
    assert changes[0].relative > 0


def test_discarded_versions_are_gone_and_their_numbers_too(store: ModelStore, built: networks.Built) -> None:
    for seed in (1, 2, 3):
        store.keep(_learn(store, built, seed))
    gone = store.path(2)
    assert store.discard(2).number == 3
    assert not gone.exists()
    assert store.rollback().number == 1
    store.rollback(to=3)
    assert store.discard(3).number == 1
    assert store.keep(_learn(store, built)).number == 4
    with pytest.raises(InputError, match=r"no version 2\. It has: 0, 1, 4"):
        store.path(2)
    with pytest.raises(InputError, match="base cannot be discarded"):
        store.discard(0)


def test_an_interrupted_update_goes_on_in_a_new_store_object(
    store: ModelStore, built: networks.Built, base: Path, tmp_path: Path
) -> None:
    rows = networks.examples_for(built, 5)
    whole = UpdateTask(base, rows)
    whole.resume()
    expected = whole.result(_WAIT).package.specification
    task = store.update(rows, progress_handlers={Event.EPOCH_END: lambda context: context.task.cancel()})
    task.resume()
    assert task.wait(_WAIT)
    reopened = ModelStore(store.folder)
    assert reopened.checkpoint.exists()
    version = reopened.keep(_learn(reopened, built))
    assert Package.open(reopened.path(version)).specification == expected


def test_a_result_of_a_foreign_model_is_refused(store: ModelStore, built: networks.Built, tmp_path: Path) -> None:
    built.specification.description.metadata.author = "someone else"
    other = save_model(tmp_path / "other.mlmodel", built.specification)
    task = UpdateTask(other, networks.examples_for(built, 2), Configuration(parameters={"epochs": 1}))
    task.resume()
    with pytest.raises(InputError, match="not in the store"):
        store.keep(task.result(_WAIT))


def test_two_writers_take_turns(store: ModelStore, built: networks.Built) -> None:
    context = _learn(store, built)
    impatient = ModelStore(store.folder, wait_seconds=0.1)
    with store.lock(), pytest.raises(FileError, match="Another process writes"):
        impatient.keep(context)
    errors: list[BaseException] = []

    def keep() -> None:
        try:
            ModelStore(store.folder).keep(context)
        except BaseException as error:
            errors.append(error)

    writers = [threading.Thread(target=keep) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not errors
    assert [version.number for version in store.versions] == [0, 1, 2, 3, 4]
    assert len({Package.open(store.path(version)).digest for version in store.versions[1:]}) == 1


def test_another_process_holds_the_lock(store: ModelStore) -> None:
    script = (
        "import sys\nfrom bertkit.coreml.update import ModelStore\n"
        "with ModelStore(sys.argv[1]).lock():\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(store.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        impatient = ModelStore(store.folder, wait_seconds=0.1)
        with pytest.raises(FileError, match="Another process writes"):
            impatient.rollback(to=0)
        holder.kill()
    assert impatient.rollback(to=0).number == 0


def test_what_a_killed_writer_left_is_removed(store: ModelStore, built: networks.Built) -> None:
    for name in ("version_0001.mlmodel", ".version_0002.mlmodel.abc", ".store.json.xyz"):
        (store.folder / name).write_bytes(b"half")
    store.keep(_learn(store, built))
    names = {path.name for path in store.folder.iterdir()} - {".lock"}
    assert names == {"store.json", store.base.file, store.current.file}


def test_a_full_disk_leaves_the_store_as_it_was(
    store: ModelStore, built: networks.Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = _learn(store, built)
    store.keep(context)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        patched.setattr("pathlib.Path.write_bytes", full)
        with pytest.raises(BertkitError, match="No space left on device"):
            store.keep(context)
    assert [version.number for version in store.versions] == [0, 1]
    assert Package.open(store.path()).digest == store.current.digest


def test_what_is_no_store_is_told(store: ModelStore, base: Path, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="There is no store"):
        ModelStore(tmp_path / "nothing")
    with pytest.raises(FileError, match="There is a store of models in"):
        ModelStore.create(store.folder, base)
    copy = tmp_path / "copy"
    shutil.copytree(store.folder, copy)
    (copy / "store.json").write_text("{")
    with pytest.raises(FileError, match="cannot be read"):
        ModelStore(copy)
