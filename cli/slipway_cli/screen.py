"""What a person sees: colours and width in a terminal, plain whole lines in a pipe or a log."""

import json
from collections.abc import Iterable
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

UNBOUNDED = 1000
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


def table(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    """Rows under headers, with the colours of the words in them."""
    made = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for header in headers:
        made.add_column(header, overflow="fold")
    for row in rows:
        made.add_row(*(worded(cell) for cell in row))
    return made


def facts(pairs: Iterable[tuple[str, str]]) -> Table:
    """Names and values, one pair a line; pairs without a value are left out."""
    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(style="dim")
    made.add_column(overflow="fold")
    for name, value in pairs:
        if value:
            made.add_row(name, worded(value))
    return made


def worded(text: str) -> Text:
    """Text in the colour of the verdict or status it begins with or holds in brackets."""
    style = next(
        (s for word, s in STYLES.items() if text.startswith(word) or f"({word})" in text), ""
    )
    return Text(text, style)


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
