"""The same tests are collected whenever and wherever: two workers must agree on their names."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST = 300


def collected(seed: str, zone: str, *options: str) -> list[str]:
    """The ids of all tests, as a pytest with that hash seed and time zone collects them."""
    done = subprocess.run(  # noqa: S603 - this very pytest
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider",
         *options, "tests", "tests/frameworks"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTEST_ADDOPTS": ""},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_clock_hash_seed_and_time_zone_change_no_name() -> None:
    with ThreadPoolExecutor() as pool:
        here = pool.submit(collected, "1", "UTC")
        there = pool.submit(collected, "2", "Pacific/Apia", "-p", "tests.another_time")
    assert here.result() == there.result()
    named_by_repr = [name for name in here.result() if " at 0x" in name or len(name) > LONGEST]
    assert named_by_repr == []
