"""Help of every command: its examples stand one a line, as they are typed."""

from __future__ import annotations

import pytest
from typer.main import get_command

from bertkit.cli.app import app

COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_are_lines_that_can_be_typed(bertkit, command: str) -> None:
    lines = [line.strip() for line in bertkit(command, "--help").out.splitlines()]
    examples = lines[lines.index("Examples:") + 1 :]
    examples = examples[: examples.index("")]
    assert examples
    assert all(line.startswith(f"bertkit {command}") for line in examples if not line.startswith(("#", "|")))
