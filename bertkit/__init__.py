"""bertkit: BERT question answering as Core ML models, on any machine.

The names below are imported when they are first used, so that `import bertkit` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bertkit.lazy import lazy_names

if TYPE_CHECKING:
    from bertkit.bert import convert as convert
    from bertkit.coreml import Configuration as Configuration
    from bertkit.coreml import Model as Model
    from bertkit.qa import Answer as Answer
    from bertkit.qa import Document as Document
    from bertkit.qa import Reader as Reader
    from bertkit.qa import evaluate as evaluate

__version__ = "0.1.0"

_HOME = {
    "Answer": "bertkit.qa",
    "Configuration": "bertkit.coreml",
    "Document": "bertkit.qa",
    "Model": "bertkit.coreml",
    "Reader": "bertkit.qa",
    "convert": "bertkit.bert",
    "evaluate": "bertkit.qa",
}

__all__ = [*_HOME, "__version__"]

__getattr__, __dir__ = lazy_names(__name__, _HOME)
