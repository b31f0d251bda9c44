"""The picture: cards of coloured rows, lines between them, a legend; readable in light and dark.

Every text comes out of a file that somebody else wrote: it is cut, cleaned and escaped here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from slipway.artifacts.graphs.graph import Graph, Layer

from slipway_cli.plotting.cards import Card, stack
from slipway_cli.plotting.layout import Box, LayoutFailed, Placed, Point, place
from slipway_cli.plotting.words import (
    FAMILIES,
    OTHER,
    counted,
    family_of,
    heading,
    shaped,
    told,
)

MOST: Final = 2_000
_ROW, _NAME, _PAD = 22.0, 18.0, 9.0
_LETTER, _SMALL = 8.1, 6.6
_LONGEST, _NARROW = 40, 120.0
_MARGIN, _HEAD, _LEGEND, _LEAST = 24.0, 62.0, 22.0, 480.0
COLOURS: Final = {
    "input": "#57606a",
    "convolution": "#0969da",
    "dense": "#8250df",
    "recurrent": "#6e5494",
    "normalisation": "#0f7a7a",
    "activation": "#b35900",
    "pooling": "#1a7f37",
    "combining": "#8a6100",
    "arithmetic": "#7d6535",
    "resizing": "#0a5fb8",
    "detection": "#bf3989",
    "loss": "#cf222e",
    "shaping": "#6e7781",
    "other": "#656d76",
}
_STYLE: Final = """
    .ground { fill: #ffffff }
    .card { fill: #f6f8fa; stroke: #d0d7de; stroke-width: 1 }
    .line { fill: none; stroke: #8c959f; stroke-width: 1.4 }
    .tip { fill: #8c959f }
    text { fill: #1f2328; font-size: 13px }
    .name { fill: #656d76; font-size: 11px }
    .title { font-size: 19px; font-weight: 600 }
    .on { fill: #ffffff; font-weight: 600 }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #0d1117 }
      .card { fill: #161b22; stroke: #30363d }
      .line { stroke: #6e7681 }
      .tip { fill: #6e7681 }
      text { fill: #e6edf3 }
      .name { fill: #9198a1 }
      .on { fill: #ffffff }
    }
"""


@dataclass(frozen=True, slots=True)
class _Row:
    """A layer on its card: what is written on the coloured band, and below it."""

    layer: Layer
    title: str
    below: str


def draw(graph: Graph, title: str, about: str) -> str:
    """An SVG of the network, under a title and a line about it.

    Raises LayoutFailed where it has too much to be looked at.
    """
    cards = stack(graph)
    lines = sum(len(card.inputs) for card in cards)
    rows = len(graph.layers)
    bounds = ((len(cards), "boxes", MOST), (lines, "lines", 3 * MOST), (rows, "rows", 4 * MOST))
    for count, what, most in bounds:
        if count > most:
            raise LayoutFailed(f"the network has {count} {what} to draw; at most {most} are drawn")
    shown = [_rows(card) for card in cards]
    boxes = [_box(card, each) for card, each in zip(cards, shown, strict=True)]
    placed = place(boxes)
    learnt = [f"{counted(graph.learnt)} weights"] if graph.learnt else []
    about = "  ·  ".join((about, *learnt, f"{len(graph.layers)} operators"))
    return "\n".join(_document(shown, boxes, placed, title, about))


def _rows(card: Card) -> list[_Row]:
    return [_row(layer, first=place == 0) for place, layer in enumerate(card.layers)]


def _row(layer: Layer, *, first: bool) -> _Row:
    below = [_end(layer.name)] if first else []
    if first and (size := shaped(layer.shape)):
        below.append(size)
    return _Row(layer, _start(heading(layer)), "  ·  ".join(below))


def _start(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _end(text: str) -> str:
    """The end of a name, which tells more than its beginning does."""
    return text if len(text) <= _LONGEST else "…" + text[1 - _LONGEST :]


def _box(card: Card, rows: Sequence[_Row]) -> Box:
    width = max(len(row.title) * _LETTER for row in rows)
    width = max(width, *(len(row.below) * _SMALL for row in rows), _NARROW) + 2 * _PAD
    return Box(width, sum(map(_height, rows)), card.inputs)


def _height(row: _Row) -> float:
    return _ROW + (_NAME if row.below else 0)


def _document(
    rows: Sequence[Sequence[_Row]], boxes: Sequence[Box], placed: Placed, title: str, about: str
) -> Iterator[str]:
    legend = _legend(rows)
    width = max(placed.width, _LEAST, len(about) * _SMALL) + 2 * _MARGIN
    lines = _legend_lines(legend, width)
    head = _HEAD + _LEGEND * len(lines)
    height = placed.height + head + 2 * _MARGIN
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" aria-labelledby="title about" '
        "font-family=\"ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, "
        'sans-serif">'
    )
    yield f'  <title id="title">{_text(title)}</title>'
    yield f'  <desc id="about">{_text(about)}</desc>'
    yield f"  <style>{_STYLE}{_colours()}  </style>"
    yield (
        '  <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>'
    )
    yield f'  <rect class="ground" width="{width:.0f}" height="{height:.0f}"/>'
    yield f'  <text class="title" x="{_MARGIN}" y="{_MARGIN + 16}">{_text(title)}</text>'
    yield f'  <text class="name" x="{_MARGIN}" y="{_MARGIN + 38}">{_text(about)}</text>'
    for number, line in enumerate(lines):
        yield from _legend_line(line, _HEAD + _MARGIN / 2 + number * _LEGEND)
    left = (width - placed.width) / 2
    yield f'  <g transform="translate({left:.1f} {head + _MARGIN:.1f})">'
    for curve in placed.lines:
        yield f'    <path class="line" d="{_path(curve)}" marker-end="url(#tip)"/>'
    for each, box, middle in zip(rows, boxes, placed.middles, strict=True):
        yield from _card(each, box, middle)
    yield "  </g>\n</svg>\n"


def _colours() -> str:
    return "".join(f"    .{name} {{ fill: {colour} }}\n" for name, colour in COLOURS.items())


def _legend(rows: Sequence[Sequence[_Row]]) -> list[str]:
    """The families that are there, in the order of the list."""
    there = {family_of(row.layer).name for card in rows for row in card}
    return [family.name for family in (*FAMILIES, OTHER) if family.name in there]


def _legend_lines(names: Sequence[str], width: float) -> list[list[str]]:
    lines: list[list[str]] = [[]]
    used = _MARGIN
    for name in names:
        wide = _legend_width(name)
        if used + wide > width - _MARGIN and lines[-1]:
            lines.append([])
            used = _MARGIN
        lines[-1].append(name)
        used += wide
    return lines


def _legend_line(names: Sequence[str], top: float) -> Iterator[str]:
    left = _MARGIN
    for name in names:
        yield f'  <rect class="{name}" x="{left:.1f}" y="{top:.1f}" width="12" height="12" rx="3"/>'
        yield f'  <text class="name" x="{left + 17:.1f}" y="{top + 10:.1f}">{name}</text>'
        left += _legend_width(name)


def _legend_width(name: str) -> float:
    return 34 + len(name) * _SMALL


def _card(rows: Sequence[_Row], box: Box, middle: Point) -> Iterator[str]:
    left, top = middle[0] - box.width / 2, middle[1] - box.height / 2
    yield f'    <g transform="translate({left:.1f} {top:.1f})">'
    yield f'      <rect class="card" width="{box.width:.1f}" height="{box.height:.1f}" rx="6"/>'
    y = 0.0
    for row in rows:
        yield f"      <g><title>{_text(told(row.layer))}</title>"
        yield (
            f'      <rect class="{family_of(row.layer).name}" x="1" y="{y + 1:.1f}" '
            f'width="{box.width - 2:.1f}" height="{_ROW - 2:.1f}" rx="5"/>'
        )
        yield f'      <text class="on" x="{_PAD}" y="{y + 15.5:.1f}">{_text(row.title)}</text>'
        if row.below:
            yield f'      <text class="name" x="{_PAD}" y="{y + 34:.1f}">{_text(row.below)}</text>'
        yield "      </g>"
        y += _height(row)
    yield "    </g>"


def _path(points: Sequence[Point]) -> str:
    first, *rest = (f"{x:.1f} {y:.1f}" for x, y in points)
    return f"M{first}C{' '.join(rest)}"


def _text(text: str) -> str:
    """Text that XML can hold: without control characters, halves of pairs, and markup."""
    return escape(
        "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
    )
