"""Throw-away environments: one for each version of a framework, made by uv."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
UV = str(Path(sys.executable).with_name("uv"))


def make(folder: Path, *packages: str) -> Path | None:
    """The Python of a new environment with these packages; None where they cannot be had."""
    python = folder / "bin" / "python"
    for command in (
        [UV, "venv", "-q", "--allow-existing", str(folder)],
        [UV, "pip", "install", "-q", "-p", str(python), *packages],
    ):
        if subprocess.run(command, check=False, capture_output=True).returncode:
            return None
    return python


def run(python: Path, script: str, *arguments: str) -> Any:  # noqa: ANN401 - JSON
    """What a script of this folder prints last, as JSON, when that Python runs it."""
    command = [str(python), "-W", "ignore", str(HERE / script), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])
