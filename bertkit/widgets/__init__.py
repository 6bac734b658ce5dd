"""Interactive views for notebooks; each is also static HTML, text and a page of its own.

The names below are imported when they are first used. Nothing else in bertkit imports ipywidgets or anywidget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bertkit.lazy import lazy_names

if TYPE_CHECKING:
    from bertkit.widgets.answer_span.widget import AnswerSpan as AnswerSpan
    from bertkit.widgets.ask_document.widget import AskDocument as AskDocument
    from bertkit.widgets.attention_view.widget import AttentionView as AttentionView
    from bertkit.widgets.before_after.widget import BeforeAfter as BeforeAfter
    from bertkit.widgets.cost_map.widget import CostMap as CostMap
    from bertkit.widgets.display_mode import mode as mode
    from bertkit.widgets.draw_pad.widget import DrawPad as DrawPad
    from bertkit.widgets.linking import link as link
    from bertkit.widgets.model_inspector.widget import ModelInspector as ModelInspector
    from bertkit.widgets.model_map.widget import ModelMap as ModelMap
    from bertkit.widgets.page import write_page as write_page
    from bertkit.widgets.parity.widget import Parity as Parity
    from bertkit.widgets.personalize.widget import Personalize as Personalize
    from bertkit.widgets.tokenizer_view.widget import TokenizerView as TokenizerView
    from bertkit.widgets.workbench.widget import Workbench as Workbench

_HOME = {
    "AskDocument": "bertkit.widgets.ask_document.widget",
    "AttentionView": "bertkit.widgets.attention_view.widget",
    "AnswerSpan": "bertkit.widgets.answer_span.widget",
    "BeforeAfter": "bertkit.widgets.before_after.widget",
    "CostMap": "bertkit.widgets.cost_map.widget",
    "DrawPad": "bertkit.widgets.draw_pad.widget",
    "ModelInspector": "bertkit.widgets.model_inspector.widget",
    "ModelMap": "bertkit.widgets.model_map.widget",
    "Personalize": "bertkit.widgets.personalize.widget",
    "TokenizerView": "bertkit.widgets.tokenizer_view.widget",
    "Workbench": "bertkit.widgets.workbench.widget",
    "Parity": "bertkit.widgets.parity.widget",
    "link": "bertkit.widgets.linking",
    "mode": "bertkit.widgets.display_mode",
    "write_page": "bertkit.widgets.page",
}

__all__ = [*_HOME]

__getattr__, __dir__ = lazy_names(__name__, _HOME)
