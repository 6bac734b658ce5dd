"""Attention in a real browser: walk the heads, see links, pin, average, silence and hide."""

from __future__ import annotations

import pytest
from bare_page import BarePage
from playwright.sync_api import expect
from sample_readers import example_of

from bertkit.insight import Subject
from bertkit.widgets.attention_view.panel import AttentionPanel

pytestmark = pytest.mark.browser


@pytest.fixture
def root(bare: BarePage, small_subject: Subject):
    root = bare.open_panel(AttentionPanel(small_subject, example_of(small_subject)))
    expect(root.locator(".bk-links")).to_be_visible()
    return root


def test_heads_are_walked_in_two_dimensions(bare: BarePage, root) -> None:
    heads = root.get_by_role("application", name="All heads")
    heads.focus()
    for key in ("Home", "ArrowUp", "ArrowUp", "ArrowRight", "ArrowDown"):
        bare.page.keyboard.press(key)
    expect(root.locator(".bk-heads .bk-heat-readout").first).to_contain_text("layer 2, head 2: question to passage")
    expect(root.get_by_text("Layer 2, head 2", exact=True)).to_be_visible()
    assert bare.state()["selection"] == {
        "module": "encoder/layer_1/attention/self",
        "layer": "encoder__layer_1__attention__self__context",
        "head": 1,
    }


def test_a_layer_selected_elsewhere_moves_the_row(bare: BarePage, root) -> None:
    bare.change("selection", {"layer": "encoder__layer_0__feed_forward__intermediate", "head": 3})
    expect(root.get_by_text("Layer 1, head 4", exact=True)).to_be_visible()


def test_more_mass_shows_more_links(root) -> None:
    lines = root.locator(".bk-link")
    slider = root.get_by_role("slider")
    slider.fill("5")
    few = lines.count()
    slider.fill("100")
    assert few < lines.count() <= 60
    expect(slider).to_have_attribute("aria-valuetext", "strongest 100 %")
    root.get_by_role("combobox").select_option("passage → question")
    expect(root.get_by_text("The passage gives")).to_be_visible()


def test_the_matrix_says_each_cell_in_words(bare: BarePage, root) -> None:
    root.get_by_role("tab", name="Matrix").click()
    root.get_by_role("application", name="Matrix").focus()
    bare.page.keyboard.press("End")
    expect(root.get_by_role("tabpanel").locator(".bk-heat-readout")).to_contain_text("looks at")
    assert bare.state()["selection"]["token"] == 1


def test_pinned_heads_are_averaged(bare: BarePage, root) -> None:
    heads = root.get_by_role("application", name="All heads")
    heads.focus()
    bare.page.keyboard.press("p")
    bare.page.keyboard.press("ArrowRight")
    bare.page.keyboard.press("p")
    assert len(bare.state()["options"]["pinned"].split()) == 2
    root.get_by_role("button", name="average of 2").click()
    expect(root.locator("strong", has_text="Average of")).to_be_visible()
    expect(root.get_by_role("button", name="Silence these 2 heads")).to_be_visible()
    heads.focus()
    bare.page.keyboard.press("Home")
    expect(root.locator("strong", has_text="Average of")).to_have_count(0)


def test_the_answer_without_a_head_and_a_token(bare: BarePage, root) -> None:
    hide = root.get_by_role("button", name="Hide a token")
    expect(hide).to_be_disabled()
    root.get_by_role("button", name="Silence this head").click()
    expect(root.locator(".bk-tried li")).to_contain_text(["silenced"])
    root.locator(".bk-link-token").first.focus()
    bare.page.keyboard.press("Enter")
    root.get_by_role("button", name="Hide “w3”").click()
    expect(root.locator(".bk-tried li").first).to_contain_text("hidden")
    assert bare.axe() == []


def test_computing_can_be_cancelled_and_begun_again(bare: BarePage, small_subject: Subject) -> None:
    bare.page.set_content("")
    panel = AttentionPanel(small_subject, example_of(small_subject))
    held = panel._lock
    held.acquire()
    try:
        root = bare.open_panel(panel)
        root.get_by_role("button", name="Cancel").click()
        expect(root.get_by_role("progressbar")).to_have_count(0)
    finally:
        held.release()
    root.get_by_role("button", name="Compute attention").click()
    expect(root.locator(".bk-links")).to_be_visible()


def test_pictures_are_saved(bare: BarePage, root) -> None:
    for number, name in ((0, "heads.png"), (1, ".svg")):
        with bare.page.expect_download() as download:
            root.get_by_role("button", name="save picture").nth(number).click()
        assert download.value.suggested_filename.endswith(name)
