"""Two maps in a real browser: what is selected on one side is shown on the other."""

from __future__ import annotations

import pytest
from bare_page import BarePage
from playwright.sync_api import expect

from bertkit.widgets.panel import Panel

pytestmark = pytest.mark.browser


@pytest.fixture
def root(bare: BarePage, panels: dict[str, Panel]):
    return bare.open_panel(panels["model pair"])


def test_a_layer_shows_its_partner_on_the_other_side(bare: BarePage, root) -> None:
    file, original = root.locator(".bk-side").first, root.locator(".bk-side").last
    file.locator("tr", has_text="activation").first.click()
    expect(original.locator(".bk-detail")).to_contain_text("bert.encoder.layer.0.intermediate.intermediate_act_fn")
    expect(root.locator(".bk-pair-note")).to_contain_text("computes what")
    slider = file.get_by_role("slider")
    slider.focus()
    bare.page.keyboard.press("ArrowRight")
    expect(original.locator(".bk-detail")).to_contain_text("bert.encoder.layer.1.intermediate.intermediate_act_fn")


def test_the_original_leads_too(root) -> None:
    file, original = root.locator(".bk-side").first, root.locator(".bk-side").last
    original.locator("tr", has_text="query").first.click()
    expect(file.locator(".bk-detail")).to_contain_text("encoder__layer_0__attention__self__query")
    original.locator("tr", has_text="softmax").first.click()
    expect(root.locator(".bk-pair-note")).to_contain_text("has no partner in the file")
    expect(file.locator(".bk-detail")).to_contain_text("Select a layer")
