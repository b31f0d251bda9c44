"""Run in the peers' environment: which folders of files a scanner calls dangerous, or cannot read.

python peers.py SCANNER FOLDER     prints the names of the folders below FOLDER that it flags
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import logging
import sys
from pathlib import Path


def picklescan(path: Path) -> bool:
    """Infected, dangerous or unreadable."""
    result = importlib.import_module("picklescan.scanner").scan_file_path(str(path))
    return bool(result.issues_count or result.infected_files or result.scan_err)


def fickling(path: Path) -> bool:
    """Anything but likely safe, or unreadable."""
    fickle = importlib.import_module("fickling.fickle")
    analysis = importlib.import_module("fickling.analysis")
    with path.open("rb") as file:
        result = analysis.check_safety(fickle.Pickled.load(file))
    return bool(result.severity > analysis.Severity.LIKELY_SAFE)


def modelscan(path: Path) -> bool:
    """Any issue, error or skipped file."""
    result = importlib.import_module("modelscan.modelscan").ModelScan().scan(str(path))
    summary = result["summary"]
    skipped = summary["skipped"]["total_skipped"]
    return bool(summary["total_issues"] or result["errors"] or skipped)


SCANNERS = {"picklescan": picklescan, "fickling": fickling, "modelscan": modelscan}


def flags(scanner: str, path: Path) -> bool:
    """Whether it would keep a file away; what it cannot read, it does not call safe."""
    try:
        return SCANNERS[scanner](path)
    except Exception:  # noqa: BLE001 - whatever it is
        return True


def main(scanner: str, folder: Path) -> list[str]:
    """The folders with a file that it flags; code and texts are no models."""
    logging.disable()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return [
            each.name
            for each in sorted(folder.iterdir())
            if any(
                flags(scanner, path)
                for path in sorted(each.rglob("*"))
                if path.is_file() and path.suffix not in (".py", ".txt")
            )
        ]


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
