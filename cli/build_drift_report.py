"""Draw the picture of a drift report: good hours of housing requests, then bad ones.

python cli/build_drift_report.py docs/drift-report.png

The rows are those of the Boston housing data. A linear regression, fitted here, answers them; its
answers and its inputs are the baseline. Later hours come as capture records; in the last ones a
client sends crime rates ten thousand times too large, and another turns the sign of lstat.
Needs Chromium.
"""

import csv
import io
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from slipway_cli.demo.models import boston
from slipway_drift import engine

ROOT = Path(__file__).parents[1]
HOURS = 14
SPOILT = {11: 0.03, 12: 0.08, 13: 0.14}  # of the hours' requests, the share of each bad kind
REQUESTS = 1000
SIZE = (1200, 1640)  # to the end of the predictions
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--force-color-profile=srgb", "--force-device-scale-factor=1.4",
)  # fmt: skip

Table = NDArray[np.float64]


class Houses:
    """The data, which columns of it are whole numbers, and a model of its last column."""

    def __init__(self, text: str) -> None:
        names, *rows = csv.reader(io.StringIO(text))
        self.names = names[:-1]
        self.table = np.array([row[:-1] for row in rows], np.float64)
        self.whole = [bool((column % 1 == 0).all()) for column in self.table.T]
        prices = np.array([row[-1] for row in rows], np.float64)
        self.weights = np.linalg.lstsq(with_ones(self.table), prices, rcond=None)[0]

    def inputs(self, row: Sequence[float]) -> str:
        """One request, as a client of numpy's would send it."""
        return ",".join(
            str(int(value)) if whole else repr(float(value))
            for value, whole in zip(row, self.whole, strict=True)
        )

    def answers(self, table: Table) -> list[str]:
        return [repr(float(price)) for price in np.round(with_ones(table) @ self.weights, 4)]

    def training(self) -> bytes:
        """What the baseline is made of: the model's answer first, then its inputs."""
        rows = zip(self.answers(self.table), self.table, strict=True)
        lines = [f"{answer},{self.inputs(row)}" for answer, row in rows]
        return "\n".join([",".join(["medv", *self.names]), *lines, ""]).encode()

    def captured(self, table: Table) -> bytes:
        """The hour's capture file."""
        pairs = zip(table, self.answers(table), strict=True)
        return b"".join(record(self.inputs(row), answer) for row, answer in pairs)


def with_ones(table: Table) -> Table:
    return np.column_stack([np.ones(len(table)), table])


def record(given: str, said: str) -> bytes:
    """One line of a capture file."""
    sides = {
        side: {"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"}
        for side, mode, data in (
            ("endpointInput", "INPUT", given),
            ("endpointOutput", "OUTPUT", said),
        )
    }
    held = {"captureData": sides, "eventMetadata": {"eventId": "0"}, "eventVersion": "0"}
    return json.dumps(held).encode() + b"\n"


def hours(houses: Houses) -> Iterator[tuple[str, bytes]]:
    """Each hour's name and requests."""
    rng = np.random.default_rng(2)
    for hour in range(HOURS):
        rows = houses.table[rng.integers(len(houses.table), size=REQUESTS)]
        share = SPOILT.get(hour, 0.0)
        rows[rng.random(REQUESTS) < share, houses.names.index("crim")] *= 10_000
        rows[rng.random(REQUESTS) < share, houses.names.index("lstat")] *= -1
        yield f"2026-11-22 {hour:02}:00 UTC", houses.captured(rows)


def story(text: str) -> tuple[bytes, list[str]]:
    """The last hour's page, with the trend of all, and each hour's state."""
    houses = Houses(text)
    baseline = engine.baseline(io.BytesIO(houses.training()), "training.csv")
    checked = [check(content, baseline, window) for window, content in hours(houses)]
    past = [held.files["slipway_drift.json"] for held in checked[:-1]]
    page = engine.report(checked[-1].files, baseline, past, title="housing", window="")
    return page, [held.state for held in checked]


def check(content: bytes, baseline: Mapping[str, bytes], window: str) -> engine.Checked:
    shard = engine.profile([("capture.jsonl", io.BytesIO(content))], baseline)
    return engine.check([shard.profile], baseline, title="housing", window=window)


def draw(page: Path, picture: Path) -> None:
    """Have Chromium draw the top of a page."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        sys.exit("no Chromium is installed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as profile:
        places = (f"--user-data-dir={profile}", f"--screenshot={picture}", page.as_uri())
        command = [browser, *FLAGS, f"--window-size={SIZE[0]},{SIZE[1]}", *places]
        subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603


def main(picture: Path) -> None:
    """Make the report, and the picture of its top."""
    with tempfile.TemporaryDirectory() as folder:
        data = boston(ROOT / "examples/housing/requirements.txt", Path(folder))
        page, states = story(data.read_text())
        file = Path(folder) / "report.html"
        file.write_bytes(page)
        draw(file, picture.resolve())
    sys.stdout.write(f"{' · '.join(states)}\n{picture}: {picture.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
