"""Boxes are placed by a program that needs nothing of the system."""

from pathlib import Path

import pytest
from slipway_cli.plotting import layout
from slipway_cli.plotting.layout import Box, LayoutFailed, place


def test_boxes_follow_what_they_take_from() -> None:
    placed = place([Box(100, 40, []), Box(80, 40, [0]), Box(80, 40, [0]), Box(60, 30, [1, 2])])
    tops = [y for _, y in placed.middles]
    assert tops[0] < tops[1] == tops[2] < tops[3] < placed.height
    assert abs(placed.middles[1][0] - placed.middles[2][0]) > 80
    assert len(placed.lines) == 4
    assert all(len(line) % 3 == 1 for line in placed.lines)
    ends = sorted(round(line[0][1]) for line in placed.lines)
    assert ends[0] == round(tops[0] + 20)


def test_hundreds_of_boxes_are_placed() -> None:
    boxes = [Box(100, 40, [n - 1] * (n > 0) + [n - 4] * (n > 3)) for n in range(400)]
    assert len(place(boxes).middles) == 400


def test_a_missing_program_is_told_with_what_helps(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(layout.sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LayoutFailed, match="pip install graphviz-pure"):
        place([Box(1, 1, [])])


@pytest.mark.parametrize(
    ("program", "said"),
    [("#!/bin/sh\necho oh no >&2\nexit 3\n", "failed: oh no"), ("#!/bin/sh\nsleep 9\n", "more")],
)
def test_a_program_that_fails_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str, said: str
) -> None:
    (tmp_path / "graphviz-pure").write_text(program)
    (tmp_path / "graphviz-pure").chmod(0o755)
    monkeypatch.setattr(layout.sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setattr(layout, "_SECONDS", 0.3)
    with pytest.raises(LayoutFailed, match=said):
        place([Box(1, 1, [])])
