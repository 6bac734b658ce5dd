"""The specification's rules: one function a rule, checked on every model that bertkit writes.

`rule.py` is the registry, `judge.py` runs it, the other files hold the rules by family. Rules and their order follow
Core ML's own validator; where that lets through what cannot work, the rules here are stricter and say so.
"""

from __future__ import annotations

from bertkit.coreml.validate.explain import why_not_updatable
from bertkit.coreml.validate.judge import check, validate
from bertkit.coreml.validate.report import Problem, Report

__all__ = ["Problem", "Report", "check", "validate", "why_not_updatable"]
