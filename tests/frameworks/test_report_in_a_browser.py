"""The report in a real browser: it lays out on a phone, and runs nothing."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from slipway_drift.report.page import report

if TYPE_CHECKING:
    from pathlib import Path

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PROBE = """<!doctype html><title>waiting</title>{frames}<script>
addEventListener("load", () => {{
  const wide = [...document.querySelectorAll("iframe")].map(frame => {{
    const page = frame.contentDocument;
    const svg = page.querySelector("figure svg");
    return [frame.width, page.documentElement.scrollWidth, svg ? svg.clientWidth : 0,
            page.querySelectorAll("script").length, page.querySelectorAll("article").length];
  }});
  document.title = JSON.stringify(wide);
}});
</script>"""


def feature(name: str, *, numeric: bool) -> dict[str, object]:
    """A feature with the longest of everything."""
    chart: dict[str, object] = {
        "kind": "values",
        "values": ["w" * 60, "<script>document.title='run'</script>"],
        "baseline": [0.5, 0.5],
        "current": [0.1, 0.9],
    }
    if numeric:
        edges = [1.5e10 * i for i in range(49)]
        shares = [1 / 48] * 48
        chart = {
            "kind": "numbers",
            "bent": True,
            "edges": edges,
            "baseline": shares,
            "current": shares,
        }
    moments = {"mean": -1.23456e12, "std_dev": 9.87654e11, "min": -1e15, "max": 1e15}
    return {
        "name": name, "role": "prediction",
        "expected_type": "Fractional", "inferred_type": "String",
        "literals": {"Integral": 1, "Fractional": 1, "Boolean": 0, "String": 1, "missing": 1},
        "examples": {"String": ["x" * 80]},
        "completeness": {"baseline": 1.0, "current": 0.5},
        "numbers": {"baseline": moments, "current": moments}, "distance": 0.9, "threshold": 0.1,
        "shift": {"ks": 0.9, "psi": 4.0, "wasserstein": 1e9, "outside": 0.5},
        "chart": chart, "violations": [{"check": "range_check", "description": "d" * 200}],
    }  # fmt: skip


def subject() -> dict[str, object]:
    return {
        "version": 1, "title": "t" * 120, "window": "2026-01-01 08:00 UTC", "state": "violations",
        "rows": 123_456_789, "rejections": {"r" * 90: 1_000_000},
        "rejected": [{"reason": "r", "where": "line 1", "text": "u" * 200}],
        "violations": [], "slipway_violations": [],
        "features": [feature("n" * 90, numeric=True), feature("short", numeric=False)],
    }  # fmt: skip


def test_it_fits_a_phone_and_a_desk_and_runs_nothing(tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        pytest.skip("no Chromium is installed")
    page = html.escape(report(subject(), [subject()] * 30).decode())
    frames = "".join(
        f'<iframe width="{width}" height="700" srcdoc="{page}"></iframe>'
        for width in (320, 390, 1280)
    )
    probe = tmp_path / "probe.html"
    probe.write_text(PROBE.format(frames=frames), encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - the browser found above
        [browser, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", probe.as_uri()],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    title = re.search(r"<title>(.*?)</title>", done.stdout)
    assert title
    for width, needed, drawn, scripts, cards in json.loads(title.group(1)):
        assert needed <= int(width), f"the page is {needed} wide in a window of {width}"
        assert (drawn > 200, scripts, cards) == (True, 0, 2)
