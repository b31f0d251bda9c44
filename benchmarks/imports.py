"""What it costs to import each function: CPU time of a fresh interpreter with the layers alone on
its path, with their byte-code and without.

The bound is 400 ms with boto3 on a 2-core machine. The interpreter's own start is taken off.
"""

import resource
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.layer import built, functions

ROUNDS = 7


def main() -> None:
    """Print milliseconds of CPU, the median of interleaved fresh interpreters."""
    host = {"SLIPWAY_LAYER": "host"}
    with built(**host) as core, built("drift", **host) as drift:
        layers = [core / "python", drift / "python"]
        bare = [bare_copy(layer) for layer in layers]
        paths = {function.name: function for function in functions()}
        compiled: dict[str, list[float]] = {name: [] for name in paths}
        sources: dict[str, list[float]] = {name: [] for name in paths}
        nothing: list[float] = []
        for _ in range(ROUNDS):
            nothing.append(spent("pass", []))
            for name, folder in paths.items():
                compiled[name].append(spent("import app", [*layers, folder]))
                sources[name].append(spent("import app", [*bare, folder]))
    start = median(nothing)
    print(f"{'function':20}{'ms':>8}{'no .pyc':>10}{'ratio':>8}")
    for name in paths:
        with_code, without = median(compiled[name]) - start, median(sources[name]) - start
        print(f"{name:20}{with_code:8.0f}{without:10.0f}{without / with_code:8.1f}")


def bare_copy(python: Path) -> Path:
    """The layer without byte-code."""
    copy = python.with_name("bare")
    shutil.copytree(python, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def spent(program: str, path: list[Path]) -> float:
    """Milliseconds of user and system time of an interpreter that runs `program`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    given = f"import sys; sys.path[:0] = {[str(folder) for folder in path]}; {program}"
    subprocess.run([sys.executable, "-I", "-S", "-B", "-c", given], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    main()
