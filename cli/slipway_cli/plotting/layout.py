"""Where boxes and the lines between them go: Graphviz's `dot`, which comes as a wheel.

It is given numbers only: no name out of a file reaches it. Its `plain` format is that of
graphviz.org/docs/outputs/plain: inches, from the bottom left.
"""

import shutil
import subprocess
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_DOTS = 72.0
_SECONDS = 60
_PROGRAM = "graphviz-pure"

Point = tuple[float, float]


class LayoutFailed(Exception):
    """The boxes cannot be placed; the message says why and what helps."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box to place; `inputs` are the numbers of the boxes that lines come from."""

    width: float
    height: float
    inputs: Sequence[int]


@dataclass(frozen=True, slots=True)
class Placed:
    """The whole drawing's size, each box's middle, and the control points of each line's curve."""

    width: float
    height: float
    middles: list[Point]
    lines: list[list[Point]]


def place(boxes: Sequence[Box]) -> Placed:
    """Boxes in layers from top to bottom. Raises LayoutFailed."""
    program = shutil.which(_PROGRAM, path=sysconfig.get_path("scripts")) or shutil.which(_PROGRAM)
    if program is None:
        raise LayoutFailed(f"{_PROGRAM} is not installed: `pip install {_PROGRAM}` adds it")
    try:
        done = subprocess.run(  # noqa: S603 - a program by its path, no shell
            [program, "-Tplain"],
            input=_described(boxes),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise LayoutFailed(f"placing {len(boxes)} boxes takes more than {_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        raise LayoutFailed(f"{_PROGRAM} failed: {error.stderr.strip()[:200]}") from None
    return _read(done.stdout.splitlines(), len(boxes))


def _described(boxes: Sequence[Box]) -> str:
    lines = ["digraph {", "nodesep=.35; ranksep=.36;"]
    lines.append('node [shape=box, fixedsize=true, label=""]; edge [arrowhead=none];')
    for number, box in enumerate(boxes):
        lines.append(f"{number} [width={box.width / _DOTS:.4f}, height={box.height / _DOTS:.4f}];")
        lines += [f"{source} -> {number};" for source in box.inputs]
    return "\n".join([*lines, "}"])


def _read(lines: Iterable[str], count: int) -> Placed:
    width = height = 0.0
    middles: list[Point] = [(0.0, 0.0)] * count
    curves = []
    for line in lines:
        kind, *words = line.split()
        if kind == "graph":
            width, height = (float(word) * _DOTS for word in words[1:3])
        elif kind == "node":
            middles[int(words[0])] = _point(words[1], words[2], height)
        elif kind == "edge":
            numbers = words[3 : 3 + 2 * int(words[2])]
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            curves.append([_point(x, y, height) for x, y in pairs])
    return Placed(width, height, middles, curves)


def _point(x: str, y: str, height: float) -> Point:
    return float(x) * _DOTS, height - float(y) * _DOTS
