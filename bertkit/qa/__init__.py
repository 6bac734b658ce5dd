"""Ask documents questions: documents -> windows -> spans -> answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bertkit.lazy import lazy_names

if TYPE_CHECKING:
    from bertkit.qa.answers import Answer as Answer
    from bertkit.qa.answers import NoAnswer as NoAnswer
    from bertkit.qa.answers import Result as Result
    from bertkit.qa.document import Document as Document
    from bertkit.qa.evaluation import Evaluation as Evaluation
    from bertkit.qa.evaluation import evaluate as evaluate
    from bertkit.qa.reader import Reader as Reader

_HOME = {
    "Answer": "bertkit.qa.answers",
    "Document": "bertkit.qa.document",
    "Evaluation": "bertkit.qa.evaluation",
    "NoAnswer": "bertkit.qa.answers",
    "Reader": "bertkit.qa.reader",
    "Result": "bertkit.qa.answers",
    "evaluate": "bertkit.qa.evaluation",
}

__all__ = ["Answer", "Document", "Evaluation", "NoAnswer", "Reader", "Result", "evaluate"]

__getattr__, __dir__ = lazy_names(__name__, _HOME)
