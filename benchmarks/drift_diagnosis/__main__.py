"""Count diagnoses: of healthy windows, of changes that none of them explains, and right ones.

    python -m benchmarks.drift_diagnosis --windows 1000

Each window is drawn anew, of 500 rows, against a baseline of 2,000. Healthy windows are counted
twice: as they are judged, and as if every column violated, which asks of the diagnoses alone.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
from slipway_drift.checks.check import check
from slipway_drift.checks.constraints_reading import read_constraints
from slipway_drift.checks.limits import Limits
from slipway_drift.checks.violations import Violation
from slipway_drift.diagnosis.diagnose import diagnose
from slipway_drift.diagnosis.scene import Scene
from slipway_drift.rows.batches import Batch
from slipway_drift.statistics.profile import Profile, profile
from slipway_drift.statistics.statistics_document import read_statistics
from slipway_drift.windows import baseline_files, check_window

from benchmarks.drift_diagnosis.windows import CAUSES, OTHERS, rows

if TYPE_CHECKING:
    from slipway_drift.checks.check import Check
    from slipway_drift.checks.constraints import Constraints
    from slipway_drift.results import Files
    from slipway_drift.statistics.profile import Domains

ROWS: Final = 500
BASELINE_ROWS: Final = 2000


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline's files."""

    files: Files

    @property
    def asked(self) -> Constraints:
        return read_constraints(json.loads(self.files["constraints.json"]))

    def causes(self, frame: pl.DataFrame) -> list[dict[str, object]]:
        """What a window is diagnosed with."""
        held = profiled(frame, self.asked.domains)
        checked = check_window(held, self.files, title="", window="", limits={})
        found = json.loads(checked.files["slipway_drift.json"])["diagnosis"]["causes"]
        return [dict(held) for held in found]

    def forced(self, frame: pl.DataFrame) -> int:
        """How many diagnoses there are where every column is taken to violate."""
        held = profiled(frame, self.asked.domains)
        checked = self.check(held)
        findings = tuple(Violation("any", "", feature.name) for feature in checked.features)
        return len(diagnose(Scene(checked.features, findings, Limits(), held.slices)).causes)

    def check(self, held: Profile) -> Check:
        return check(held, self.asked, read_statistics(json.loads(self.files["statistics.json"])))


def profiled(frame: pl.DataFrame, domains: Domains = ()) -> Profile:
    """Profile rows as of an hour's captures, by five clients in turn."""
    count = len(frame)
    origins = tuple((f"08:{60 * i // count:02}", "abcde"[i % 5]) for i in range(count))
    return profile([Batch(frame.cast(pl.String), outputs=1, origins=origins)], domains=domains)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=1000)
    windows = parser.parse_args().windows
    baseline = Baseline(baseline_files(profiled(rows(BASELINE_ROWS, 1)), {}))
    healthy = [rows(ROWS, 1000 + seed) for seed in range(windows)]
    found = sum(bool(baseline.causes(frame)) for frame in healthy)
    print(f"healthy windows with a diagnosis: {found} of {windows}", flush=True)
    found = sum(bool(baseline.forced(frame)) for frame in healthy)
    print(f"the same, as if every column violated: {found} of {windows}\n", flush=True)
    few = max(10, windows // 10)
    print("| change without a cause | diagnosed, wrongly |\n|---|---:|")
    for name, change in OTHERS.items():
        wrong = sum(bool(baseline.causes(change(rows(ROWS, 5000 + seed)))) for seed in range(few))
        print(f"| {name} | {wrong} of {few} |", flush=True)
    print("\n| cause | found, and nothing else |\n|---|---:|")
    for name, (change, words, columns) in CAUSES.items():
        right = 0
        for seed in range(few):
            causes = baseline.causes(change(rows(ROWS, 9000 + seed)))
            right += len(causes) == 1 and is_right(causes[0], words, columns)
        print(f"| {name} | {right} of {few} |", flush=True)


def is_right(cause: dict[str, object], words: str, columns: tuple[str, ...]) -> bool:
    named = not columns or cause["columns"] == list(columns)
    return words in str(cause["cause"]) and named


if __name__ == "__main__":
    main()
