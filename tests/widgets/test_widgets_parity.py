"""The content of a comparison with the original, without Jupyter."""

from __future__ import annotations

import math
import threading
from pathlib import Path

import pytest
from sample_readers import example_of

from bertkit.errors import FileError
from bertkit.insight import Subject
from bertkit.insight.module_parity import ModuleParity
from bertkit.widgets.jobs import JobCancelled, Progress, Reporter
from bertkit.widgets.parity.panel import ParityPanel
from bertkit.widgets.parity.values import level, module_values


@pytest.fixture
def panel(small_subject: Subject, pair: tuple[Path, Path]) -> ParityPanel:
    return ParityPanel(small_subject, pair[1], example_of(small_subject))


def test_nothing_is_compared_before_it_is_asked_for(panel: ParityPanel) -> None:
    assert panel.view()["parity"] is None
    assert "Nothing is compared yet" in panel.static({})
    assert "Run .compare()" in panel.text({})


def test_comparing_streams_what_is_known_so_far(panel: ParityPanel) -> None:
    told: list[Progress] = []
    clock = iter(range(10_000))  # every report is a second after the one before
    answer = panel.compare().work(Reporter(told.append, threading.Event(), lambda: float(next(clock))))
    lengths = [len(progress.data["modules"]) for progress in told if progress.data is not None]
    assert lengths == list(range(1, told[-1].total + 1))
    assert not any(progress.data["complete"] for progress in told if progress.data is not None)
    assert answer.data["complete"]
    assert answer.data == panel.view()["parity"]
    assert answer.data["statement"] == str(panel.parity.statement)


def test_comparing_can_be_cancelled_between_modules(panel: ParityPanel) -> None:
    cancelled = threading.Event()

    def cancel(progress: Progress) -> None:
        if progress.data is not None:
            cancelled.set()

    with pytest.raises(JobCancelled):
        panel.compare().work(Reporter(cancel, cancelled, clock=iter(range(10_000)).__next__))
    assert panel.parity is None


def test_the_first_module_above_the_tolerance_is_marked_everywhere(
    small_subject: Subject, pair: tuple[Path, Path]
) -> None:
    panel = ParityPanel(small_subject, pair[1], example_of(small_subject), tolerance=1e-9)
    parity = panel.run()
    marks = [module[6] for module in panel.view()["parity"]["modules"]]
    assert marks.count("first above") == 1
    assert parity.modules[marks.index("first above")] is parity.first_above
    assert "first above" in panel.text({})
    assert "first above" in panel.static({})


def test_final_answers_stand_beside_the_originals(panel: ParityPanel) -> None:
    parity = panel.run()
    (engine,) = panel.view()["parity"]["engines"]
    assert engine[:4] == ["torch", parity.engines[0].settings, parity.answer.text, True]
    assert "the same" in panel.text({})


def test_heights_are_powers_of_ten_within_bounds() -> None:
    assert [level(error) for error in (0.0, 1e-9, 1e-7, 1e-3, 10.0, 1e6)] == [0, 0, 0, 0.5, 1, 1]
    assert level(math.nan) == level(math.inf) == 1


def test_numbers_that_are_not_finite_are_null() -> None:
    module = ModuleParity("layer", "original", math.nan, math.nan, -math.inf, above=True)
    assert module_values(module, first=True) == ["layer", "original", None, 1.0, None, None, "first above"]


def test_a_missing_checkpoint_is_named(small_subject: Subject, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="nowhere"):
        ParityPanel(small_subject, tmp_path / "nowhere", example_of(small_subject)).run()
