"""What the drift engine's tests share: small profiles, and real files where they are at hand."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from slipway_drift.rows.csv_rows import read_csv
from slipway_drift.statistics.profile import profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_drift.statistics.profile import Domains, Profile

REAL = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture
def of_csv() -> Callable[..., Profile]:
    """Profile a CSV text with a header."""

    def profiled(text: str | bytes, domains: Domains = ()) -> Profile:
        content = text.encode() if isinstance(text, str) else text
        return profile(read_csv(io.BytesIO(content)), domains=domains)

    return profiled


@pytest.fixture(scope="session")
def golden() -> Path:
    """A folder with a real container's statistics.json, constraints.json and its input."""
    folder = REAL / "drift-golden"
    if not folder.is_dir():
        pytest.skip("the real baseline is not at hand")
    return folder


@pytest.fixture(scope="session")
def golden_profile(golden: Path) -> Profile:
    with (golden / "train_data.csv").open("rb") as stream:
        return profile(read_csv(stream))


@pytest.fixture(scope="session")
def golden_statistics(golden: Path) -> dict[str, Any]:
    return dict(json.loads((golden / "statistics.json").read_bytes()))


@pytest.fixture(scope="session")
def real_capture() -> bytes:
    """A real endpoint's capture file of three records."""
    path = REAL / "capture" / "csv_endpoint_2022.jsonl"
    if not path.is_file():
        pytest.skip("the real capture file is not at hand")
    return path.read_bytes()


@pytest.fixture
def captured() -> Callable[..., bytes]:
    """Write one line of a capture file."""

    def line(
        given: str | None,
        said: str | None,
        *,
        encodings: tuple[str, str] = ("CSV", "CSV"),
        types: tuple[str, str] = ("text/csv", "text/csv"),
        **about: str,
    ) -> bytes:
        sides = {}
        for i, (side, data) in enumerate((("endpointInput", given), ("endpointOutput", said))):
            if data is not None:
                sides[side] = {
                    "observedContentType": types[i],
                    "mode": side.removeprefix("endpoint").upper(),
                    "data": data,
                    "encoding": encodings[i],
                }
        metadata = {"eventId": "e-1", "inferenceTime": "2026-01-01T00:00:00Z", **about}
        record = {"captureData": sides, "eventMetadata": metadata, "eventVersion": "0"}
        return json.dumps(record).encode() + b"\n"

    return line
