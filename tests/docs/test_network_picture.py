"""The example picture is what the code draws today."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_picture_is_current() -> None:
    built = runpy.run_path(str(ROOT / "cli" / "build_network_picture.py"))
    assert built["picture"]() == (ROOT / "docs" / "network.svg").read_text("utf-8")
