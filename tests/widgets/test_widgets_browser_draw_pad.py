"""A drawing pad in a real browser: ink, live guesses, teaching, the tray, and all of it by keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bare_page import BarePage, opened
from playwright.sync_api import expect
from small_pads import circle, cross

from bertkit.drawing import EmojiPad
from bertkit.widgets.draw_pad.panel import DrawPadPanel
from bertkit.widgets.page import write_page

pytestmark = pytest.mark.browser


@pytest.fixture
def panel(pads: Callable[..., EmojiPad]) -> DrawPadPanel:
    return DrawPadPanel(pads("⭕"))


@pytest.fixture
def root(bare: BarePage, panel: DrawPadPanel) -> Any:
    panel.on_change = lambda: bare.refresh(panel)
    return bare.open_panel(panel)


def _line(bare: BarePage, root: Any, *places: tuple[float, float]) -> None:
    box = root.locator(".bk-pad").bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    bare.page.mouse.move(*points[0])
    bare.page.mouse.down()
    for point in points[1:]:
        bare.page.mouse.move(*point, steps=6)
    bare.page.mouse.up()


def _cross(bare: BarePage, root: Any, shift: float = 0.0) -> None:
    _line(bare, root, (0.2, 0.2 + shift), (0.8, 0.8))
    _line(bare, root, (0.2, 0.8), (0.8, 0.2 - shift))


def test_guesses_follow_the_pen(bare: BarePage, panel: DrawPadPanel, root: Any) -> None:
    expect(root.get_by_text("Nothing to guess yet")).to_be_visible()
    _cross(bare, root)
    expect(root.locator(".bk-guess-list li").first).to_contain_text("heavy large circle")
    assert root.locator(".bk-pad .bk-ink").count() == 2
    assert panel.drawing is not None
    root.get_by_role("button", name="Undo", exact=True).click()
    assert root.locator(".bk-pad .bk-ink").count() == 1
    root.get_by_role("button", name="Redo").click()
    assert root.locator(".bk-pad .bk-ink").count() == 2
    root.get_by_role("button", name="Clear").click()
    expect(root.get_by_text("Nothing to guess yet")).to_be_visible()


def test_three_drawings_teach_a_new_emoji(bare: BarePage, panel: DrawPadPanel, root: Any) -> None:
    root.get_by_role("searchbox").fill("cross mark")
    root.get_by_role("option", name="cross mark").first.click()
    for shift in (0.0, 0.05):
        _cross(bare, root, shift)
        root.get_by_role("button", name="Keep this drawing").click()
    _cross(bare, root, 0.1)
    root.get_by_role("button", name="Teach ❌ cross mark with 3 drawings").click()
    expect(root.get_by_text("The first guess changed from heavy large circle to cross mark.")).to_be_visible()
    assert [example.emoji for example in panel.pad.examples] == ["⭕"] * 2 + ["❌"] * 3
    expect(root.locator(".bk-tray-head").last).to_contain_text("3 drawings")
    assert root.locator(".bk-pad .bk-ink").count() == 2  # what was drawn stays
    assert bare.axe() == []


def test_a_kept_drawing_can_be_taken_out_and_a_word_taught(bare: BarePage, panel: DrawPadPanel, root: Any) -> None:
    root.get_by_role("searchbox").fill("our logo")
    root.get_by_role("option", name='the word "our logo"').click()
    _cross(bare, root)
    root.get_by_role("button", name="Keep this drawing (1 of 3)").click()
    root.get_by_role("button", name="Take drawing 1 out").click()
    expect(root.get_by_role("button", name="Teach our logo")).to_be_disabled()
    _cross(bare, root)
    root.get_by_role("button", name="Teach our logo with 1 drawing").click()
    expect(root.get_by_text("Taught our logo with 1 drawing")).to_be_visible()
    assert panel.pad.examples[-1].emoji == "our logo"


def test_examples_are_compared_and_deleted(bare: BarePage, panel: DrawPadPanel, root: Any) -> None:
    root.get_by_role("button", name="heavy large circle, example 1 of 2").focus()
    bare.page.keyboard.press("ArrowRight")
    bare.page.keyboard.press("Enter")
    expect(root.get_by_text("guessed by the model that the pad began with")).to_be_visible()
    expect(root.get_by_text("nothing known")).to_be_visible()
    assert root.locator(".bk-pad .bk-ink").count() == 2  # it is on the pad
    bare.page.keyboard.press("Delete")
    expect(root.get_by_text("Done", exact=True)).to_have_count(1)  # said to screen readers when it is
    assert len(panel.pad.examples) == 1
    expect(root.get_by_role("button", name="heavy large circle, example 1 of 1")).to_be_focused()


def test_what_is_on_the_pad_is_guessed_anew_without_an_example(bare: BarePage, panel: DrawPadPanel, root: Any) -> None:
    _cross(bare, root)
    panel.pad.teach([cross(), cross(bend=4), cross(bend=8)], "❌")
    panel.on_change()
    expect(root.locator(".bk-guess-list li").first).to_contain_text("cross mark")
    root.get_by_role("button", name="Undo the last change").click()
    expect(root.locator(".bk-guess-list li").first).to_contain_text("heavy large circle")
    expect(root.get_by_role("button", name="cross mark, example 1 of 3")).to_have_count(0)
    assert root.locator(".bk-pad .bk-ink").count() == 2


def test_drawing_by_keys_is_told(bare: BarePage, panel: DrawPadPanel, root: Any) -> None:
    root.get_by_role("application").focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "ArrowDown", "Space"):
        bare.page.keyboard.press(key)
    expect(root.locator(".bk-guess-list")).to_be_visible()
    for key in ("Enter", "ArrowLeft", "Space"):
        bare.page.keyboard.press(key)
    assert root.locator(".bk-pad .bk-ink").count() == 2
    assert root.locator(".bk-pad .bk-ink").first.get_attribute("points") == "256,256 320,288"
    expect(bare.page.get_by_text("Pen down at column 9, row 9 of 16")).to_have_count(1)
    bare.page.keyboard.press("Control+z")
    assert root.locator(".bk-pad .bk-ink").count() == 1
    bare.page.keyboard.press("r")
    assert root.locator(".bk-pad .bk-ink").count() == 2


def test_a_pen_draws_wider_with_pressure(bare: BarePage, root: Any) -> None:
    bare.page.evaluate(_PEN)
    widths = [float(line.get_attribute("stroke-width")) for line in root.locator(".bk-pad line.bk-ink").all()]
    assert len(widths) == 2
    assert widths[0] < widths[1]


_PEN = """() => {
  const pad = document.querySelector(".bk-pad");
  pad.setPointerCapture = () => {};
  const box = pad.getBoundingClientRect();
  const send = (kind, at, pressure) => pad.dispatchEvent(new PointerEvent(kind, {
    pointerId: 7, pointerType: "pen", isPrimary: true, button: 0, pressure, bubbles: true,
    clientX: box.left + at * box.width, clientY: box.top + at * box.height }));
  send("pointerdown", 0.2, 0.2);
  send("pointermove", 0.4, 0.3);
  send("pointermove", 0.6, 0.9);
  send("pointerup", 0.6, 0);
}"""


def test_ink_keeps_up(bare: BarePage, root: Any) -> None:
    spent = bare.page.evaluate(_PEN_MANY)
    assert spent < 16 * 100  # milliseconds for a hundred frames' points, in a stroke of three hundred


_PEN_MANY = """() => {
  const pad = document.querySelector(".bk-pad");
  pad.setPointerCapture = () => {};
  const box = pad.getBoundingClientRect();
  const send = (kind, at) => pad.dispatchEvent(new PointerEvent(kind, {
    pointerId: 7, pointerType: "pen", isPrimary: true, button: 0, pressure: 0.5, bubbles: true,
    clientX: box.left + (at % 20) / 20 * box.width, clientY: box.top + at / 300 * box.height }));
  send("pointerdown", 0);
  for (let at = 1; at < 200; at++) send("pointermove", at);
  const started = performance.now();
  for (let at = 200; at < 300; at++) send("pointermove", at);
  return performance.now() - started;
}"""


def test_a_page_shows_what_was_taught(browser: Any, pads: Callable[..., EmojiPad], tmp_path: Path) -> None:
    panel = DrawPadPanel(pads("⭕"), circle())
    panel.pad.teach(cross(), "❌")
    write_page([panel], tmp_path / "page.html", title="pad")
    with opened(browser) as bare:
        bare.page.goto((tmp_path / "page.html").as_uri())
        bare.page.get_by_role("button", name="cross mark, example 1 of 1").click()
        expect(bare.page.get_by_text("guessed by the model that the pad began with")).to_be_visible()
        expect(bare.page.get_by_role("img", name="Drawing", exact=True)).to_be_visible()
        assert bare.page.get_by_role("button", name="Undo the last change").count() == 0
        assert bare.errors == []
