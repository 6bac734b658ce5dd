"""What happens inside a reader while it answers: results as plain values and text, usable without any widget.

A `Subject` is a reader to look into, an `Example` one question on one window of a document. Every result has
`to_json()` for plain values, in which arrays stay numpy arrays, and `str()` for a terminal. Long work takes `progress`;
whatever that raises ends the work, which is how it is cancelled. Modules that import torch say so in their first line
and are imported where they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bertkit.lazy import lazy_names

if TYPE_CHECKING:
    from bertkit.insight.attention import map_attention as map_attention
    from bertkit.insight.difference import compare_runs as compare_runs
    from bertkit.insight.gradients import integrate_gradients as integrate_gradients
    from bertkit.insight.lens import apply_lens as apply_lens
    from bertkit.insight.measure import compare_costs as compare_costs
    from bertkit.insight.measure import measure_cost as measure_cost
    from bertkit.insight.measure import measure_layers as measure_layers
    from bertkit.insight.occlusion import occlude as occlude
    from bertkit.insight.parity import compare_modules as compare_modules
    from bertkit.insight.span_scores import score_spans as score_spans
    from bertkit.insight.subject import Example as Example
    from bertkit.insight.subject import Subject as Subject
    from bertkit.insight.tokenizer_parity import compare_tokenizers as compare_tokenizers
    from bertkit.insight.tokens import tokenize as tokenize
    from bertkit.insight.trace import trace_layers as trace_layers
    from bertkit.insight.what_if import hide_tokens as hide_tokens
    from bertkit.insight.what_if import silence_heads as silence_heads
    from bertkit.insight.window_scores import score_windows as score_windows

_HOME = {
    "Example": "bertkit.insight.subject",
    "Subject": "bertkit.insight.subject",
    "apply_lens": "bertkit.insight.lens",
    "compare_costs": "bertkit.insight.measure",
    "compare_modules": "bertkit.insight.parity",
    "compare_runs": "bertkit.insight.difference",
    "compare_tokenizers": "bertkit.insight.tokenizer_parity",
    "hide_tokens": "bertkit.insight.what_if",
    "integrate_gradients": "bertkit.insight.gradients",
    "map_attention": "bertkit.insight.attention",
    "measure_cost": "bertkit.insight.measure",
    "measure_layers": "bertkit.insight.measure",
    "occlude": "bertkit.insight.occlusion",
    "score_spans": "bertkit.insight.span_scores",
    "score_windows": "bertkit.insight.window_scores",
    "silence_heads": "bertkit.insight.what_if",
    "tokenize": "bertkit.insight.tokens",
    "trace_layers": "bertkit.insight.trace",
}

__all__ = [*_HOME]

__getattr__, __dir__ = lazy_names(__name__, _HOME)
