"""Settings, recipes, sources, batches, rates: the parts of a training on their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from bertkit.bert.checkpoint import Checkpoint
from bertkit.cli import main
from bertkit.errors import FileError, InputError
from bertkit.train import Settings, recipe
from bertkit.train.attention import use_plain_products
from bertkit.train.average import Average
from bertkit.train.batches import assemble, plan
from bertkit.train.encode import RowMaker
from bertkit.train.network import hidden_states, logits, open_network
from bertkit.train.optimizer import make_optimizer, rate_at, set_rate
from bertkit.train.recipes import about, names
from bertkit.train.residuals import use_half_sums
from bertkit.train.rows import Row, Rows
from bertkit.train.schedule import Course
from bertkit.train.settings import parse
from bertkit.train.sources import find_sources, read_examples
from bertkit.train.stages.spans import span_loss


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("rate=3e-4", 3e-4),
        ("steps=10", 10),
        ("compile=true", True),
        ("evaluate_limit=none", None),
        ("budget=90m", "90m"),
        ("teachers=a,b", ["a", "b"]),
        ("epochs=2", 2),
    ],
)
def test_settings_are_read_from_the_command_line(text: str, value: object) -> None:
    name, parsed = parse(text)
    assert parsed == value
    assert getattr(Settings().with_values({name: parsed}), name) == (tuple(value) if name == "teachers" else value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rate": 0}, "rate must be above 0"),
        ({"stage": "nonsense"}, "stage must be one of answers"),
        ({"dropout": 1.5}, "dropout must be from 0 to 1"),
        ({"nonsense": 1}, 'no setting "nonsense"'),
        ({"steps": 1.5}, '"steps" takes'),
        ({"budget": "soon"}, "length of time"),
        ({"length": 100}, "multiple of 8"),
        ({"batch_tokens": 100}, "must hold a row of 384"),
        ({"layers": 2}, "needs layers, hidden, heads and intermediate"),
    ],
)
def test_wrong_settings_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Settings().with_values(values)


@pytest.mark.parametrize("name", names())
def test_recipes_hold_settings_that_exist(name: str) -> None:
    assert recipe(name) != Settings()
    assert about(name).endswith(".")


def test_a_recipe_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"settings": {"rate": 0.5}}))
    assert recipe(path).rate == 0.5
    with pytest.raises(InputError, match="no recipe"):
        recipe("nonsense")


def test_most_annotators_decide(tmp_path: Path) -> None:
    texts = ["in Paris", "Paris", "paris,"]
    row = {"context": "He is in Paris, we hear.", "question": "Where?", "answers": [{"text": text} for text in texts]}
    row["answers"][1]["answer_start"] = 9  # type: ignore[index]
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n")
    source = find_sources([f"{tmp_path / 'a.jsonl'}=0.5"])[0]
    assert source.share == 0.5
    assert read_examples(source)[0].spans == ((9, 14),)


def test_sources_are_found_or_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no data at"):
        find_sources([str(tmp_path / "none.json")])
    with pytest.raises(FileError, match="holds no data"):
        find_sources([str(tmp_path)])
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(InputError, match="named twice"):
        find_sources([str(tmp_path), str(tmp_path / "a.json")])


@pytest.mark.parametrize("together", [1, 2, 3])
def test_batches_hold_every_row_within_the_budget(together: int) -> None:
    lengths = np.random.default_rng(0).integers(20, 384, 700)
    batches = plan(lengths, 2048, np.random.default_rng(1), together)
    assert len(batches) % together == 0
    assert set(np.concatenate(batches).tolist()) == set(range(700))
    assert all(len(batch) * (-(-lengths[batch].max() // 8) * 8) <= 2048 for batch in batches)
    padded = sum(len(batch) * lengths[batch].max() for batch in batches)
    assert lengths.sum() / padded > 0.9
    if together == 1:
        assert max(Counter(np.concatenate(batches).tolist()).values()) == 1
    again = plan(lengths, 2048, np.random.default_rng(1), together)
    assert all(map(np.array_equal, batches, again))


def test_a_batch_is_what_a_reader_would_feed(base: Path, squad: Path) -> None:
    maker = RowMaker.of(Checkpoint.open(base), Settings(length=64))
    rows = maker.rows(read_examples(find_sources([str(squad)])[0])[:4])
    assert rows is not None
    batch = assemble(rows, [2, 0], maker.pair)
    assert batch.input_ids.shape[1] % 8 == 0
    assert batch.tokens == int(rows.lengths[[2, 0]].sum())
    allowed = batch.allowed[0]
    assert allowed[0]
    assert not allowed[1]
    places = allowed.nonzero().flatten().tolist()
    assert places[1:] == list(range(int(rows.passage_starts[2]), int(rows.lengths[2]) - 1))
    assert (batch.token_type_ids[0][allowed][1:] == 1).all()


def test_plain_products_are_the_same_attention(base: Path, squad: Path) -> None:
    checkpoint = Checkpoint.open(base)
    maker = RowMaker.of(checkpoint, Settings(length=64))
    rows = maker.rows(read_examples(find_sources([str(squad)])[0])[:4])
    assert rows is not None
    batch = assemble(rows, [0, 1, 2, 3], maker.pair)
    network = open_network(checkpoint, Settings()).eval()
    before = logits(network, batch)
    use_plain_products(network)
    after = logits(network, batch)
    assert all(torch.allclose(*pair, atol=1e-5) for pair in zip(before, after, strict=True))


def test_sums_are_halved_under_autocast_only(base: Path, squad: Path) -> None:
    checkpoint = Checkpoint.open(base)
    maker = RowMaker.of(checkpoint, Settings(length=64))
    rows = maker.rows(read_examples(find_sources([str(squad)])[0])[:2])
    assert rows is not None
    batch = assemble(rows, [0, 1], maker.pair)
    network = open_network(checkpoint, Settings()).eval()
    before = logits(network, batch)
    use_half_sums(network)
    kept = logits(network, batch)
    with torch.autocast("cpu", torch.bfloat16):
        states = hidden_states(network, batch)
        halved = logits(network, batch)
    assert states.dtype == torch.bfloat16
    for exact, same, near in zip(before, kept, halved, strict=True):
        assert torch.equal(exact, same)
        assert torch.allclose(exact, near, atol=0.05)


def test_rows_are_joined_taken_and_repeated() -> None:
    made = [Rows.pack([Row(np.arange(k, dtype=np.int32), 1, ((1, 1),) * (k % 2 + 1))]) for k in (3, 4, 5)]
    rows = Rows.joined(made).take(np.array([2, 0, 2]))
    assert rows.lengths.tolist() == [5, 3, 5]
    assert rows.ids.tolist() == [*range(5), *range(3), *range(5)]


def test_the_loss_is_that_of_any_right_place() -> None:
    start, end = torch.randn(2, 6), torch.randn(2, 6)
    spans = torch.tensor([[[1, 2], [1, 4]], [[3, 3], [-1, -1]]])
    p, q = start.softmax(-1), end.softmax(-1)
    wanted = -(p[0, 1].log() + (q[0, 2] + q[0, 4]).log() + p[1, 3].log() + q[1, 3].log()) / 4
    assert torch.allclose(span_loss(start, end, spans), wanted)


def test_the_rate_rises_and_falls_to_zero() -> None:
    settings = Settings(rate=1.0, warm_up=0.25)
    assert [rate_at(at, settings) for at in (0.125, 0.25, 0.625, 1.0)] == pytest.approx([0.5, 1.0, 0.5, 0.0])


def test_lower_layers_learn_more_slowly() -> None:
    class Bert(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embeddings = nn.ModuleDict({"words": nn.Embedding(3, 2)})
            self.layer = nn.ModuleList(nn.Linear(2, 2) for _ in range(2))
            self.head = nn.Linear(2, 2)

    network = nn.ModuleDict({"bert": Bert()})
    optimizer = make_optimizer(network, Settings(layer_decay=0.5, rate=1.0))
    set_rate(optimizer, 0.8)
    rates = {id(value): group["lr"] for group in optimizer.param_groups for value in group["params"]}
    found = {name: rates[id(value)] for name, value in network.named_parameters() if "bias" not in name}
    assert list(found.values()) == pytest.approx([0.1, 0.2, 0.4, 0.8])


def test_the_average_follows_and_is_put_in_place() -> None:
    layer = nn.Linear(1, 1, bias=False)
    layer.weight.data.fill_(0.0)
    average = Average(layer, 0.5)
    layer.weight.data.fill_(1.0)
    average.update(100)
    with average.in_place():
        assert layer.weight.item() == 0.5
    assert layer.weight.item() == 1.0


def test_steps_epochs_and_the_clock_end_a_training() -> None:
    assert Course.of(Settings(), 10) == Course(30, None)
    assert Course.of(Settings(epochs=2.0, steps=15), 10) == Course(15, None)
    course = Course.of(Settings(budget="1m", steps=100), 10)
    assert course.fraction(50, 30) == course.fraction(20, 30) == 0.5
    assert course.fraction(80, 3000) == 1.0


_SIGNALS = """
import os, signal
from bertkit.train.interrupt import interruptible

with interruptible() as asked:
    print(asked())
    os.kill(os.getpid(), signal.SIGINT)
    print(asked())
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except KeyboardInterrupt:
        print("stopped")
"""


def test_the_first_signal_asks_and_the_second_stops() -> None:
    # In a process of its own: who runs the tests may catch signals, or run tests outside the main thread.
    done = subprocess.run([sys.executable, "-c", _SIGNALS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "stopped"]


def test_the_command_trains_and_resumes(
    base: Path, squad: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["bertkit", "train", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    command = (
        base,
        "--data",
        squad,
        "--steps",
        2,
        "--set",
        "length=64",
        "--set",
        "batch_tokens=512",
        "--device",
        "cpu",
    )
    assert run(*command, "--out", tmp_path / "new", "--recipe", "reader") == 0
    assert "2 steps" in capsys.readouterr().out
    assert run(*command, "--out", tmp_path / "new") == 2
    assert "exists already" in capsys.readouterr().err
    monkeypatch.setattr("bertkit.train.training.interruptible", lambda: nullcontext(lambda: True))
    assert run(*command, "--out", tmp_path / "later") == 130
    assert "--resume goes on" in capsys.readouterr().err
    monkeypatch.undo()
    assert run(*command, "--out", tmp_path / "later", "--resume") == 0
    assert run("--list") == 0
    assert "reader" in capsys.readouterr().out


@pytest.mark.slow
def test_two_processes_learn_together(base: Path, squad: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "bertkit"]
    command += ["train", str(base), "--data", str(squad), "--out", str(tmp_path / "new"), "--device", "cpu"]
    command += ["--steps", "3", "--set", "length=64", "--set", "batch_tokens=512"]
    subprocess.run(command, check=True, timeout=300, env={**os.environ, "OMP_NUM_THREADS": "1"})
    record = json.loads((tmp_path / "new" / "training.json").read_text())
    assert record["steps"] == 3
    assert record["device"].startswith("2 x cpu")


def test_a_replaced_setting_is_checked_again() -> None:
    with pytest.raises(InputError, match="average must be"):
        replace(Settings(), average=1.0)
