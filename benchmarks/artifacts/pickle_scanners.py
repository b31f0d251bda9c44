"""Hostile and benign pickles through this reader and through picklescan, fickling, modelscan.

    python benchmarks/artifacts/pickle_scanners.py FOLDER_OF_BENIGN_FILES…

Hostile files are those of tests/artifacts: tricks that hide a call (of shutil.rmtree, which every
scanner knows, in place of the tests' harmless canary) and plain calls of globals that reach code,
files or the network. A scanner misses a hostile file that it does not call dangerous, and raises a
false alarm on a benign file that it does, or cannot read. Scanners not installed are left out.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "layers" / "core"))


def with_slipway(path: Path) -> bool:
    """Whether the inert reader refuses it."""
    from slipway.artifacts.compressed import compression_at, open_compressed
    from slipway.artifacts.pickles import examine
    from slipway.artifacts.reader import Damaged, Reader

    with path.open("rb") as file:
        reader = Reader(file.read)
        try:
            packed = compression_at(reader)
            return not examine(open_compressed(reader) if packed else reader).safe
        except Damaged:
            return True


def with_picklescan(path: Path) -> bool:
    """Infected, dangerous or unreadable."""
    scan_file_path = importlib.import_module("picklescan.scanner").scan_file_path

    result = scan_file_path(str(path))
    return bool(result.issues_count or result.infected_files or result.scan_err)


def with_fickling(path: Path) -> bool:
    """Anything but likely safe, or unreadable."""
    fickle = importlib.import_module("fickling.fickle")
    analysis = importlib.import_module("fickling.analysis")
    try:
        with path.open("rb") as file:
            result = analysis.check_safety(fickle.Pickled.load(file))
    except Exception:  # noqa: BLE001 - an unreadable file is not called safe
        return True
    return bool(result.severity > analysis.Severity.LIKELY_SAFE)


def with_modelscan(path: Path) -> bool:
    """Any issue, error or skipped file."""
    scanner = importlib.import_module("modelscan.modelscan").ModelScan()
    result: dict[str, Any] = scanner.scan(str(path))
    summary = result["summary"]
    skipped = summary["skipped"]["total_skipped"]
    return bool(summary["total_issues"] or result["errors"] or skipped)


SCANNERS: dict[str, tuple[str, Callable[[Path], bool]]] = {
    "slipway": ("slipway.artifacts", with_slipway),
    "picklescan": ("picklescan", with_picklescan),
    "fickling": ("fickling", with_fickling),
    "modelscan": ("modelscan", with_modelscan),
}


def called_globals() -> list[bytes]:
    """A plain call of each global of the tests' list."""
    path = ROOT / "tests" / "artifacts" / "hostile_globals.txt"
    found = []
    for line in path.read_text("utf-8").splitlines():
        parts = [part.encode() for part in line.split(" ", 1)]
        text = b"".join(b"X" + len(part).to_bytes(4, "little") + part for part in parts)
        found.append(b"\x80\x04" + text + b"\x93)R.")
    return found


def tricks() -> list[bytes]:
    """The tricks of test_pickles.py."""
    path = ROOT / "tests" / "artifacts" / "test_pickles.py"
    spec = importlib.util.spec_from_file_location("test_pickles", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, bytes] = module.TRICKS
    return [
        data.replace(b"canary", b"shutil").replace(b"strike", b"rmtree") for data in found.values()
    ]


def benign(folders: list[str]) -> list[Path]:
    """Every file below the folders."""
    return [
        path for folder in folders for path in sorted(Path(folder).rglob("*")) if path.is_file()
    ]


def main(folders: list[str]) -> None:
    """One line a scanner."""
    corpora, good = {"tricks": tricks(), "globals": called_globals()}, benign(folders)
    counts = ", ".join(f"{len(corpus)} {name}" for name, corpus in corpora.items())
    print(f"{counts}, {len(good)} benign files")
    print(f"{'scanner':12}{'tricks missed':>15}{'globals missed':>16}{'false alarms':>14}{'s':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for name, (package, refuses) in SCANNERS.items():
            if importlib.util.find_spec(package.partition(".")[0]) is None:
                continue
            start = time.perf_counter()
            missed = [_missed(corpus, refuses, Path(folder)) for corpus in corpora.values()]
            alarms = sum(refuses(path) for path in good)
            took = time.perf_counter() - start
            print(f"{name:12}{missed[0]:15}{missed[1]:16}{alarms:14}{took:6.1f}", flush=True)


def _missed(corpus: list[bytes], refuses: Callable[[Path], bool], folder: Path) -> int:
    path, missed = folder / "model.pkl", 0
    for data in corpus:
        path.write_bytes(data)
        missed += not refuses(path)
    return missed


if __name__ == "__main__":
    main(sys.argv[1:])
