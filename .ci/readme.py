"""Runs the commands of a README: every line of its ```console blocks that starts with "$ ", in one folder, in order.

The folder is a temporary one that holds what a reader of the README has beside it: a link to the example documents. A
command that fails ends the check with its output. Lines marked `# not run: reason` are reported and passed over.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SKIP = "# not run:"


def commands(text: str) -> list[str]:
    """Return the commands of a Markdown text in order."""
    return [line[2:] for block in _BLOCK.findall(text) for line in block.splitlines() if line.startswith("$ ")]


def main() -> None:
    """Run them; exit with 1 at the first that fails, or when there are none."""
    readme = Path(sys.argv[1]).resolve()
    root = readme.parent
    found = commands(readme.read_text(encoding="utf-8"))
    if not found:
        sys.exit(f"{readme} holds no commands")
    path = f"{root / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data").symlink_to(root / "data")
        for command in found:
            if _SKIP in command:
                print(f"passed over: {command}")
                continue
            done = subprocess.run(
                ["bash", "-c", command], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True
            )
            if done.returncode != 0:
                sys.exit(f"failed with {done.returncode}: {command}\n{done.stdout}{done.stderr}")
            print(f"ran: {command}")


if __name__ == "__main__":
    main()
