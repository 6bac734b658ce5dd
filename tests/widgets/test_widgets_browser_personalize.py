"""The console for teaching a reader in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from bare_page import BarePage
from playwright.sync_api import expect
from sample_learning import report_of, taught

from bertkit.widgets.before_after.panel import BeforeAfterPanel

pytestmark = pytest.mark.browser


def test_sets_are_chosen(bare: BarePage) -> None:
    root = bare.open_panel(BeforeAfterPanel(report_of()))
    questions = root.get_by_role("table", name="Questions, those that changed first")
    expect(questions.locator("tr[data-bk-row]").first).to_contain_text("✓ fixed")
    root.get_by_role("button", name="general (10)").click()
    expect(questions.locator("tr[data-bk-row]")).to_have_count(10)
    assert bare.state()["options"]["set"] == "general"
    assert bare.axe() == []


def test_an_update_is_cancelled_and_a_correction_deleted(
    bare: BarePage, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    panel = taught(pair[0], tmp_path)
    root = bare.open_panel(panel)
    expect(root.get_by_role("img", name="Loss by epoch, from 1.200 to 0.220 in 5 epochs")).to_be_visible()
    root.get_by_role("button", name="Delete the correction of: Which word comes here 0?").click()
    expect(root.get_by_role("button", name="Start")).to_be_visible()
    assert len(panel.reader.corrections) == 2
    bare.page.evaluate("() => { models[0].send = () => {}; }")  # an answer that does not come
    root.get_by_role("button", name="Start").click()
    expect(root.get_by_role("button", name="Pause")).to_be_visible()
    root.get_by_role("button", name="Cancel").click()
    expect(root.get_by_text("Cancelled. Nothing is changed.")).to_be_visible()
    expect(root.get_by_role("button", name="Start")).to_be_enabled()


def test_a_head_that_forgets_says_so_on_its_button(bare: BarePage, pair: tuple[Path, Path], tmp_path: Path) -> None:
    root = bare.open_panel(taught(pair[0], tmp_path, forgets=True))
    expect(root.get_by_text("It forgets.")).to_be_visible()
    expect(root.get_by_role("button", name="Keep although it forgets")).to_be_visible()
    assert bare.axe() == []
