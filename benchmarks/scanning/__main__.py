"""`python -m benchmarks.scanning [FOLDER OF HONEST FILES …]`: the scan beside its peers.

Hostile: the kinds of tests/artifacts/attacks.py, the tricks and globals of its tests, and 400
wrappings of a payload in several formats at once. Honest: every estimator of scikit-learn's
versions fitted and saved, pandas' values, packages that no image holds, the same wrappings of
plain values, and what the folders hold. A scanner misses what it does not flag, and is wrong about
an honest file that it flags or cannot read. Slipway asks a person about some: they are counted
apart.

The estimators are also loaded by the scikit-learn of the image that was chosen for them.
Environments are made by uv and thrown away; what cannot be had is left out with a word.
"""

from __future__ import annotations

import collections
import gzip
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.scanning import environments

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "layers" / "core")]

VERSIONS = ("1.2.1", "1.3.2", "1.4.2", "1.5.2", "1.6.1", "1.7.2", "1.8.0", "1.9.0")
PEERS = ("picklescan", "modelscan", "fickling")
THIRD = (
    *("scikit-learn==1.4.2", "numpy<2", "pandas==2.2.3", "cloudpickle", "statsmodels", "mlxtend"),
    *("imbalanced-learn<0.13", "category-encoders", "lightgbm", "xgboost-cpu"),
)
Files = dict[str, bytes]


def hostile() -> dict[str, Files]:
    """Archives by kind."""
    from tests.artifacts import attacks, test_attacks, test_pickles

    found = {f"kind {name}": files for name, files in attacks.ATTACKS.items()}
    for name, data in test_pickles.TRICKS.items():
        real = data.replace(b"canary", b"shutil").replace(b"strike", b"rmtree")
        found[f"trick {name}"] = {"model.pkl": real}
    for module, name in test_pickles.GLOBALS:
        found[f"global {module}.{name}"] = {"model.pkl": _called(module, name)}
    for seed in range(400):
        name, data = test_attacks.wrapped(seed, attacks.SYSTEM)
        found[f"wrapping {seed}"] = {name: data}
    return found


def _called(module: str, name: str) -> bytes:
    parts = (part.encode() for part in (module, name))
    text = b"".join(b"X" + len(part).to_bytes(4, "little") + part for part in parts)
    return b"\x80\x04" + text + b"\x93)R."


def wrapped() -> dict[str, Files]:
    """Plain values in the wrappings of the attacks."""
    from tests.artifacts import test_attacks

    payload = test_attacks.PLAIN.removeprefix(b"\x80\x02")
    return {f"wrapping {seed}": dict([test_attacks.wrapped(seed, payload)]) for seed in range(400)}


def honest(scratch: Path, folders: Iterable[str]) -> dict[str, Files]:
    """Files that people save."""
    python = environments.make(scratch / "third", *THIRD)
    if python:
        environments.run(python, "honest.py", str(scratch / "honest"))
    else:
        print("the packages that no image holds cannot be had here: left out")
    found = wrapped()
    for folder in (scratch / "honest", *map(Path, folders)):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.endswith(".tar.gz"):
                found[str(path.relative_to(folder.parent))] = {path.name: path.read_bytes()}
    return found


def judged(files: Files) -> str:
    """Slipway's word on an archive: refused, asks or passes."""
    from slipway.artifacts import ArchiveRefused, inspect

    from tests.artifacts.attacks import tarred
    from tests.artifacts.test_attacks import SCANNED

    try:
        inspection = inspect([gzip.compress(tarred(files), 1)])
    except ArchiveRefused:
        return "refused"
    if any(each.grade == "refuse" and each.rule in SCANNED for each in inspection.findings):
        return "refused"
    return "asks" if inspection.waits else "passes"


def by_slipway(corpus: dict[str, Files]) -> tuple[collections.Counter[str], float]:
    """How often it says what, and in how many seconds."""
    start = time.perf_counter()
    counts = collections.Counter(map(judged, corpus.values()))
    return counts, time.perf_counter() - start


def by_peer(python: Path, peer: str, corpus: dict[str, Files], folder: Path) -> tuple[int, float]:
    """How many archives' files it flags, and in how many seconds."""
    for number, files in enumerate(corpus.values()):
        for name, data in files.items():
            path = folder / str(number) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    start = time.perf_counter()
    flagged = environments.run(python, "peers.py", peer, str(folder))
    return len(flagged), time.perf_counter() - start


def compare(scratch: Path, bad: dict[str, Files], good: dict[str, Files]) -> None:
    """One line a scanner."""
    counts = collections.Counter(name.partition(" ")[0] for name in bad)
    print(f"hostile: {len(bad)} ({', '.join(f'{n} {kind}s' for kind, n in counts.items())})")
    print(f"honest: {len(good)}\n")
    print(f"{'scanner':12}{'hostile missed':>16}{'honest refused':>16}{'asked':>7}{'seconds':>9}")
    (on_bad, took), (on_good, more) = by_slipway(bad), by_slipway(good)
    _line("slipway", on_bad["passes"], on_good["refused"], str(on_good["asks"]), took + more)
    for name in bad:
        if judged(bad[name]) != "refused":
            print(f"  {judged(bad[name])}: {name}")
    for name in good:
        if judged(good[name]) == "refused":
            print(f"  refused: {name}")
    for peer in PEERS:
        python = environments.make(scratch / peer, peer)
        if python is None:
            print(f"{peer:12} cannot be had here: left out")
            continue
        flagged, took = by_peer(python, peer, bad, scratch / f"{peer}-bad")
        alarms, more = by_peer(python, peer, good, scratch / f"{peer}-good")
        _line(peer, len(bad) - flagged, alarms, "", took + more)


def _line(name: str, missed: int, refused: int, asked: str, seconds: float) -> None:
    print(f"{name:12}{missed:16}{refused:16}{asked:>7}{seconds:9.1f}", flush=True)


def matrix(scratch: Path) -> dict[str, Files]:
    """scikit-learn's versions and the images chosen for their files; the files."""
    found: dict[str, Files] = {}
    pythons = {version: _python(scratch, version) for version in VERSIONS}
    print(
        f"\n{'version':9}{'files':>7}{'refused':>9}  {'images':20}{'unloadable':>11}{'unsaid':>8}"
    )
    for version, python in pythons.items():
        if python is None:
            print(f"{version:9} cannot be had here: left out")
            continue
        folder = scratch / "estimators" / version
        environments.run(python, "estimators.py", "make", str(folder))
        files = {path: path.read_bytes() for path in sorted(folder.iterdir())}
        found |= {f"{version} {path.name}": {path.name: data} for path, data in files.items()}
        _row(version, files, pythons, folder)
    return found


def _python(scratch: Path, version: str) -> Path | None:
    return environments.make(
        scratch / f"sklearn-{version}", f"scikit-learn=={version}", *_older(version)
    )


def _older(version: str) -> list[str]:
    return ["numpy<2", "scipy<1.12"] if version < "1.4" else []


def _row(
    version: str, files: dict[Path, bytes], pythons: dict[str, Path | None], folder: Path
) -> None:
    """Refused by the scan, and what fails in the image without a word before."""
    own = environments.run(pythons[version] or Path(), "estimators.py", "load", str(folder))
    images: collections.Counter[str] = collections.Counter()
    failures: dict[str, dict[str, str]] = {}
    refused, unloadable, unsaid = 0, 0, 0
    for path, data in files.items():
        refused += judged({path.name: data}) == "refused"
        image, said = _image(path.name, data)
        images[image] += 1
        python = pythons.get(image)
        if python is None or path.suffix != ".joblib":
            continue
        if image not in failures:
            failures[image] = environments.run(python, "estimators.py", "load", str(folder))
        fails = path.name in failures[image] and path.name not in own
        unloadable += fails
        unsaid += fails and not said
    shown = ", ".join(f"{image} ({count})" for image, count in images.items())
    print(f"{version:9}{len(files):7}{refused:9}  {shown:24}{unloadable:11}{unsaid:8}", flush=True)


def _image(name: str, data: bytes) -> tuple[str, bool]:
    """The version of the image that is chosen, "none" without one; whether a finding warns."""
    from slipway.artifacts import NoImage, choose, inspect
    from slipway.artifacts.images import images_of

    from tests.artifacts.attacks import tarred

    inspection = inspect([gzip.compress(tarred({name: data}), 1)])
    said = any(each.rule in ("version-far", "no-image") for each in inspection.findings)
    try:
        uri = choose(inspection, "us-east-1").uri
    except NoImage:
        return "none", True
    tag = uri.rpartition(":")[2]
    numbers = (
        ".".join(map(str, image.number))
        for image in images_of("sklearn")
        if tag.startswith(image.version)
    )
    return max(numbers, key=len, default="none"), said


def main(folders: list[str]) -> None:
    """Both tables."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        estimators = matrix(scratch)
        print()
        compare(scratch, hostile(), honest(scratch, folders) | estimators)


if __name__ == "__main__":
    main(sys.argv[1:])
