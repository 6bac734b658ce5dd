"""What holds for every panel: plain data, an allowed static form, text, hostile names that stay names, a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sample_models import HOSTILE

from bertkit.errors import InputError
from bertkit.widgets import bundle
from bertkit.widgets.display_mode import mode
from bertkit.widgets.html import ATTRIBUTES, TAGS
from bertkit.widgets.page import write_page
from bertkit.widgets.panel import Panel
from bertkit.widgets.recording import NOTEBOOK_LIMIT_BYTES, record
from bertkit.widgets.widget import Widget

_LIVE = "application/vnd.jupyter.widget-view+json"


class _Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((name, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data


def _markup(panel: Panel) -> _Markup:
    reader = _Markup()
    reader.feed(panel.static({}))
    reader.close()
    return reader


@pytest.fixture(autouse=True)
def _mode_as_before() -> Iterator[None]:
    before = mode()
    yield
    mode(before)


def test_views_are_plain_and_small(panels: dict[str, Panel]) -> None:
    for name, panel in panels.items():
        text = json.dumps(panel.view(), allow_nan=False)
        assert len(text) < NOTEBOOK_LIMIT_BYTES, name


def test_every_kind_has_a_view_in_the_bundle(panels: dict[str, Panel]) -> None:
    for panel in panels.values():
        assert re.search(rf"\b{panel.kind}:", bundle.script()), panel.kind


def test_static_forms_hold_only_what_untrusted_notebooks_keep(panels: dict[str, Panel]) -> None:
    for name, panel in panels.items():
        for tag, attributes in _markup(panel).found:
            assert tag in TAGS, (name, tag)
            assert set(attributes) <= ATTRIBUTES, (name, tag, attributes)
            if tag == "img":
                assert attributes["alt"], name
                assert str(attributes["src"]).startswith("data:image/"), name


def test_hostile_text_is_shown_as_text(panels: dict[str, Panel]) -> None:
    hostile = {name: panel for name, panel in panels.items() if name.endswith("hostile")}
    assert {panel.kind for panel in hostile.values()} == {panel.kind for panel in panels.values()}
    for name, panel in hostile.items():
        assert "onerror" in _markup(panel).text, name


def test_texts_are_for_terminals(panels: dict[str, Panel]) -> None:
    for name, panel in panels.items():
        text = panel.text({})
        assert panel.title in text, name
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text), name
        assert not text.endswith("\n"), name


def test_recorded_answers_respect_their_limit(panels: dict[str, Panel]) -> None:
    for name, panel in panels.items():
        some = record(panel, 2_000)
        assert len(json.dumps(some.answers)) <= 2_000 + 200 * len(some.answers), name
        assert record(panel, 10_000_000).left_out == 0, name


def test_pages_name_no_address_and_end_no_script_early(panels: dict[str, Panel], tmp_path: Path) -> None:
    for name, panel in panels.items():
        path = tmp_path / "page.html"
        write_page([panel], path, title=HOSTILE)
        page = path.read_text(encoding="utf-8")
        assert page.count("<script") == page.count("</script") == 2, name
        assert page.count(bundle.script()) == 1, name
        assert set(re.findall(r"https?://[^\s\"'`)<]*", page.replace(HOSTILE, ""))) <= {"http://www.w3.org/2000/svg"}, (
            name
        )


def test_a_widget_is_live_static_and_text_at_once(panels: dict[str, Panel]) -> None:
    for panel in panels.values():
        bundled, _ = Widget(panel)._repr_mimebundle_()
        assert set(bundled) == {_LIVE, "text/html", "text/plain"}


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("live", {_LIVE, "text/plain"}),
        ("static", {"text/html", "text/plain"}),
        ("selfcontained", {"text/html", "text/plain"}),
    ],
)
def test_modes_choose_the_outputs(panels: dict[str, Panel], name: str, types: set[str]) -> None:
    mode(name)
    bundled, _ = Widget(next(iter(panels.values())))._repr_mimebundle_()
    assert set(bundled) == types
    assert ("<script" in bundled.get("text/html", "")) == (name == "selfcontained")


def test_the_environment_sets_the_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    from bertkit.widgets import mode as package_mode
    from bertkit.widgets.display_mode import _chosen

    _chosen.clear()
    monkeypatch.setenv("BERTKIT_WIDGETS", "static")
    assert package_mode() == "static"
    monkeypatch.setenv("BERTKIT_WIDGETS", "loud")
    with pytest.raises(InputError, match=r"BERTKIT_WIDGETS was given \"loud\"; wanted one of auto, live"):
        mode()


def test_a_representation_is_short_and_serializes_nothing(panels: dict[str, Panel]) -> None:
    for panel in panels.values():
        assert repr(Widget(panel)) == f"Widget({panel.title})"


def test_a_state_restores_selection_and_options(panels: dict[str, Panel]) -> None:
    panel = next(iter(panels.values()))
    first, second = Widget(panel), Widget(panel)
    first.selection = {"module": "encoder/layer_1", "token": 4}
    first.options = {"sort": "-parameters"}
    second.state = first.state
    assert (second.selection, second.options) == (first.selection, first.options)
    assert first.state == "module=encoder/layer_1&token=4&.sort=-parameters"
    with pytest.raises(InputError, match="A state is what"):
        second.state = "nonsense"
    second.state = ""
    assert (second.selection, second.options) == ({}, {})


@pytest.mark.parametrize(
    "value",
    [
        'Who\'s "there" & why = 100 %?\n\\',
        "12",
        "true",
        "null",
        "NaN",
        "",
        " ",
        "[1",
        HOSTILE,
        [3, 5],
        None,
        True,
        0.5,
        "\u2028ä𝄞",
    ],
)
def test_every_value_survives_in_a_state_between_quotes_of_either_kind(value: object) -> None:
    from bertkit.widgets.state import from_text, to_text

    line = to_text({"span": value}, {"question": value})
    assert from_text(line) == ({"span": value}, {"question": value})
    assert not set(line) & {"'", '"', "\\", "\n"}


def test_linked_widgets_share_a_group_and_the_first_selection(panels: dict[str, Panel]) -> None:
    from bertkit.widgets import link

    first, second, third = (Widget(panel) for panel in list(panels.values())[:3])
    second.selection = {"layer": "dense"}
    link(first, second)
    link(second, third)
    assert first._group == second._group == third._group != ""
    assert third.selection == {"layer": "dense"}


def test_only_widgets_bring_jupyter() -> None:
    import subprocess
    import sys

    script = "import bertkit.widgets, bertkit.widgets.page, bertkit.widgets.model_map.panel, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"anywidget", "ipywidgets", "torch"} & {name.split(".")[0] for name in done.stdout.split()}
