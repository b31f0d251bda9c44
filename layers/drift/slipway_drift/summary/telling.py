"""A window's verdict as a few lines of plain text, for a notification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from slipway_drift.documents import SUMMARY, parse
from slipway_drift.report.change import change
from slipway_drift.report.verdict import (
    causes,
    concerning,
    first_cause,
    headline,
    lead,
    not_compared,
    of_columns,
    ordered,
)
from slipway_drift.report.words import check_name, metric_words, plural, printed, shortened
from slipway_drift.summary.findings import findings
from slipway_drift.summary.reading import read_summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slipway_drift.results import Files

MOST_LINES: Final = 11
LONGEST_HEAD: Final = 1000
LONGEST_LINE: Final = 200


def told(files: Files, since: str = "") -> str:
    """Say the verdict, then what changed and by how much, the worst first, at most 12 lines."""
    if SUMMARY in files:
        return told_summary(read_summary(parse(files, SUMMARY)), since)
    found = [
        metric_words(held.description)
        or (held.feature or check_name(held.check), shortened(held.description))
        for held in findings(files)
    ]
    verdict = f"{plural(len(found), 'violation')} of the baseline's constraints" if found else ""
    return lines_of([verdict or "No violations", since and f"Since {since}."], found)


def told_summary(summary: Mapping[str, Any], since: str) -> str:
    window = ", ".join(text for text in (summary["title"], summary["window"]) if text)
    rows = f": {plural(summary['rows'], 'row')}" if summary["rows"] else ""
    facts = [f"{window}{rows}.", lead(summary, [summary]), since and f"Since {since}."]
    found = concerning(summary)
    found += [(f["name"], change(f)) for _, f in ordered(summary) if f["violations"]]
    head = [headline(summary), first_cause(summary), " ".join(fact for fact in facts if fact)]
    return lines_of(head, found)


def explained(summary: Mapping[str, Any]) -> list[str]:
    """The first cause and how it shows, the others, and what was not compared."""
    found = causes(summary)
    shows = [held["evidence"] for held in found[:1]]
    others = [f"{held['cause']}{of_columns(held)}: {held['evidence']}" for held in found[1:]]
    said = [first_cause(summary), *shows, *others, *not_compared(summary)]
    return [short(line, LONGEST_HEAD) for line in said if line]


def lines_of(head: Sequence[str], found: Sequence[tuple[str, str]]) -> str:
    lines = [short(line, LONGEST_HEAD) for line in head if line]
    most = MOST_LINES - len(lines)
    lines += [f"- {short(name, 60)}: {short(text)}" for name, text in found[:most]]
    if len(found) > most:
        lines.append(f"… and {len(found) - most:,} more.")
    return "\n".join(lines)


def short(text: str, most: int = LONGEST_LINE) -> str:
    """One line of printable text, cut where it is too long."""
    line = printed(text)
    return line if len(line) <= most else f"{line[: most - 1]}…"
