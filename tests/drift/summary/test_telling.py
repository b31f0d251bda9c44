"""A notification says the verdict first and fits on a phone."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from slipway_drift import engine
from slipway_drift.summary.telling import told

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = [f"c{i}" for i in range(20)]
KNOWN = ",".join(COLUMNS) + "\n" + "".join(",".join([f"{i}.5"] * 20) + "\n" for i in range(100))


def window(text: str) -> Mapping[str, bytes]:
    baseline = engine.baseline(io.BytesIO(KNOWN.encode()), "known.csv")
    shard = engine.profile([("seen.csv", io.BytesIO(text.encode()))], baseline)
    return engine.check([shard.profile], baseline, title="homes", window="08:00 UTC").files


def worse(columns: int) -> str:
    head, *rows = KNOWN.splitlines()
    tens = [f"{'9' * columns}{row.partition('.')[0]}.5" for row in rows]
    cells = [",".join([ten] * columns + ["1.5"] * (20 - columns)) for ten in tens]
    return "\n".join([head, *cells])


def test_a_good_window_is_said_to_be_one() -> None:
    assert told(window(KNOWN)).splitlines() == [
        "No drift",
        "homes, 08:00 UTC: 100 rows. Every feature looks as in the baseline, within its limits.",
    ]


def test_the_worst_come_first_and_the_rest_is_counted() -> None:
    lines = told(window(worse(2)), "05:00 UTC").splitlines()
    assert lines[0] == "20 of 20 features have changed"
    assert lines[1].startswith("homes, 08:00 UTC: 100 rows. ")
    assert lines[1].endswith(" violations. Since 05:00 UTC.")
    assert lines[2].startswith("- c0: Mean 50 → 9,059 (shifted by 1 of 1)")
    assert lines[-1] == "… and 11 more."
    assert len(lines) == 12


def test_states_in_between_say_what_they_are() -> None:
    assert "Too little data to judge" in told(window("\n".join(KNOWN.splitlines()[:4])))
    assert told(window(",".join(COLUMNS))).startswith("No data in this window\nhomes, 08:00 UTC. ")


def test_violations_alone_are_told() -> None:
    items = [
        {"feature_name": "a\nb", "constraint_check_type": "c", "description": "0.123456789 " * 40},
        {"metric_name": "auc", "constraint_check_type": "LessThanThreshold", "description": "auc"},
    ]
    files = {"constraint_violations.json": json.dumps({"violations": items}).encode()}
    first, *rest = told(files, "noon").splitlines()
    assert first == "2 violations of the baseline's constraints"
    assert rest[0] == "Since noon."
    assert rest[1].startswith(r"- a\x0ab: 0.1235 0.1235")
    assert len(rest[1]) < 220
    assert len(rest) == 3
    assert told({}) == "No violations"
