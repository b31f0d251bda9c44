"""Run every candidate on the same files, each in its own environment, and print the table.

    python benchmarks/drift/run.py --rows 1000000 --data /tmp/drift-data

Environments are made by uv beside the data, pinned below. Each run is one process: wall time,
user and system time and the largest resident set are those the kernel reports for it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Candidate:
    """One tool at one job: `baseline` profiles a file, `drift` compares two."""

    name: str
    script: str
    job: str
    pins: tuple[str, ...]
    python: str = "3.11"


OURS = ("polars==2.1.0", "numpy==2.4.6")
NANNYML = ("nannyml==0.13.1", "pandas<3", "statsmodels<0.15")
EVIDENTLY = ("evidently==0.7.23", "pandas<3", "statsmodels<0.15")
NO_TELEMETRY = {
    "WHYLOGS_NO_ANALYTICS": "True",
    "NML_DISABLE_USAGE_LOGGING": "1",
    "DO_NOT_TRACK": "1",
}
CANDIDATES = (
    Candidate("Slipway (polars, numpy)", "slipway.py", "baseline", OURS),
    Candidate("DuckDB SQL, no sketch", "duckdb_sql.py", "baseline", ("duckdb==2.0.0",)),
    Candidate(
        "whylogs 1.6.4", "whylogs_log.py", "baseline", ("whylogs==1.6.4", "numpy<2", "pandas<2.3")
    ),
    Candidate("Evidently 0.7.23 summary, 2 files", "evidently_summary.py", "baseline", EVIDENTLY),
    Candidate("Slipway, 2 files and check", "slipway.py", "drift", OURS),
    Candidate("NannyML 0.13.1, 2 files", "nannyml_drift.py", "drift", NANNYML),
    Candidate("Evidently 0.7.23 drift, 2 files", "evidently_summary.py", "drift", EVIDENTLY),
)  # fmt: skip


def environment(candidate: Candidate, data: Path) -> Path:
    folder = data / "environments" / candidate.pins[0].replace("==", "-")
    python = folder / "bin" / "python"
    if not python.exists():
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([uv, "venv", "-q", "-p", candidate.python, folder], check=True)
        subprocess.run([uv, "pip", "install", "-q", "-p", python, *candidate.pins], check=True)
    return python


def measure(candidate: Candidate, data: Path) -> tuple[float, float, float]:
    """Seconds on the clock, seconds of processor time, and gigabytes at the peak."""
    python = environment(candidate, data)
    script = HERE / "candidates" / candidate.script
    files = [data / "baseline.csv", data / "current.csv", data]
    started = time.perf_counter()
    child = subprocess.Popen(
        [python, script, candidate.job, *files],
        stdout=subprocess.DEVNULL,
        env={**os.environ, **NO_TELEMETRY},
    )
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    if status:
        raise SystemExit(f"{candidate.name} failed with status {status}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", default="", help="names that contain this")
    parser.add_argument("--runs", type=int, default=1, help="the fastest of so many counts")
    options = parser.parse_args()
    if not (options.data / "current.csv").exists():
        ours = environment(CANDIDATES[0], options.data)
        subprocess.run([ours, HERE / "make_data.py", str(options.rows), options.data], check=True)
    size = (options.data / "baseline.csv").stat().st_size / 1e6
    print(f"{options.rows:,} rows, {size:.0f} MB, load {resource_load()}\n")
    print("| tool | wall s | CPU s | peak GB |\n|---|---:|---:|---:|")
    for candidate in CANDIDATES:
        if options.only in candidate.name:
            wall, cpu, peak = min(measure(candidate, options.data) for _ in range(options.runs))
            print(f"| {candidate.name} | {wall:.1f} | {cpu:.1f} | {peak:.2f} |", flush=True)


def resource_load() -> str:
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


if __name__ == "__main__":
    main()
