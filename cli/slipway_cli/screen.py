"""What a person sees: colours and width in a terminal, plain whole lines in a pipe or a log."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from textwrap import shorten

from rich.console import Console
from rich.table import Table
from rich.text import Text

UNBOUNDED = 1000
FITS = 110
SAID = "The container said: "
SERVES_ON = re.compile(
    r"; (nothing serves|nothing runs|[^;\n]+ serves on[^;\n]*|runs go on[^;\n]*)\Z"
)
STYLES = {
    "Released": "bold green",
    "InService": "green",
    "Held": "bold yellow",
    "Failed": "bold red",
    "refuse": "bold red",
    "warn": "yellow",
}


def out() -> Console:
    """Standard output: what was asked for."""
    return _console(stderr=False)


def err() -> Console:
    """Standard error: what else is worth knowing."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, emoji=False)
    if not console.is_terminal:
        # A file has no width: a line there is never broken.
        console.width = UNBOUNDED
    return console


def print_json(document: object) -> None:
    """One JSON document, for machines."""
    out().print_json(json.dumps(document, default=str), highlight=False)


def print_table(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Rows under headers; in a pipe one line a row, two spaces between columns."""
    lines = [tuple(headers), *(tuple(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    console = out()
    for number, line in enumerate(lines):
        console.print(_row(line, widths, "dim" if number == 0 else ""), soft_wrap=True)


def print_facts(pairs: Iterable[tuple[str, str]]) -> None:
    """Names and values, one pair a line; pairs without a value are left out."""
    found = [(name, value) for name, value in pairs if value]
    width = max(len(name) for name, _ in found)
    console = out()
    for name, value in found:
        said = worded(" ".join(value.split()))
        if console.is_terminal:
            console.print(columns((Text(name, "dim"), width), (said, None)))
        else:
            console.print(Text(name.ljust(width + 2)).append_text(said), soft_wrap=True)


def columns(*cells: tuple[Text, int | None]) -> Table:
    """Texts side by side; each folds within its own width, None being what is left."""
    made = Table.grid(padding=(0, 2, 0, 0))
    for _, width in cells:
        made.add_column(width=width, overflow="fold")
    made.add_row(*(text for text, _ in cells))
    return made


def _row(cells: tuple[str, ...], widths: list[int], style: str) -> Text:
    made = Text(style=style)
    for cell, width in zip(cells, widths, strict=True):
        made.append_text(worded(cell)).append(" " * (width - len(cell) + 2))
    made.rstrip()
    return made


def worded(text: str) -> Text:
    """Text in the colour of the verdict or status it begins with or holds in brackets."""
    style = next(
        (s for word, s in STYLES.items() if text.startswith(word) or f"({word})" in text), ""
    )
    return Text(text, style)


def brief(reason: str) -> str:
    """The cause in a sentence that fits into a line. What a container said is nearer to it than
    what the platform said about the container; what serves on is for the state to say."""
    cause = reason.partition(SAID)[2] or SERVES_ON.sub("", reason)
    first = next((line for line in cause.splitlines() if line.strip()), "")
    return shorten(first.split(". ")[0].rstrip(".:"), FITS, placeholder=" …")


def clock(at: float) -> str:
    """Seconds since the epoch as local time, to the millisecond."""
    return datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S.%f")[:-3]


def date(at: float) -> str:
    """Seconds since the epoch as a local date and time."""
    return datetime.fromtimestamp(at).astimezone().isoformat(sep=" ", timespec="seconds")


def size(count: float) -> str:
    """A number of bytes as people say it."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"


def seconds(count: float) -> str:
    """A duration with as many digits as it deserves."""
    return f"{count:.2f} s" if count < 10 else f"{count:.0f} s"
