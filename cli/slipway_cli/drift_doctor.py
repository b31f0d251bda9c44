"""What is wrong with a baseline, at the prompt."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.markup import escape
from rich.table import Table
from slipway_drift.doctor.about import answers_in, issues_in

from slipway_cli.drift_files import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slipway_drift.doctor.issue import Issue
    from slipway_drift.results import Files


def outputs_of(text: str) -> tuple[str, ...]:
    """Read `--outputs`."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def show_about(files: Files, *, as_json: bool) -> None:
    """Say which columns are the answers, and what was found: as a table, or as JSON."""
    answers, issues = answers_in(files), issues_in(files)
    if as_json:
        outputs = list(answers.names) if answers.are_known else None
        found = {"outputs": outputs, "issues": [asdict(issue) for issue in issues]}
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    if answers.names:
        by = " (by name)" if answers.how == "named" else ""
        console.print(f"the model's answers: [b]{escape(', '.join(answers.names))}[/b]{by}")
    if issues:
        console.print(table(issues))


def table(issues: Sequence[Issue]) -> Table:
    """The findings, the worst first."""
    shown = Table("found", "column", "how it shows, and what comes of it", "what helps")
    for issue in issues:
        shows = f"{issue.evidence}: {issue.consequence}"
        cells = (issue.kind, issue.column, shows, issue.remedy)
        shown.add_row(*map(escape, cells))
    return shown
