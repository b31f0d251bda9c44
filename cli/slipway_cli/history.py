"""`slipway history`: the time line on the ledger."""

from dataclasses import asdict
from itertools import groupby
from typing import Annotated

import typer
from rich.console import Console
from slipway.domain.naming import checked_deployment
from slipway.ports import Moment

from slipway_cli import screen, stack, target
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import shown_on

HINTS = "hints"


def history(
    ctx: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show the time line: what happened, what each release did, and why."""
    moments = stack.connect(target.of(ctx)).ports.ledger.history(checked_deployment(deployment))
    if as_json:
        screen.print_json([asdict(moment) for moment in moments])
        return
    if not moments:
        raise Problem(
            f"nothing is known of {deployment}",
            f"`slipway push {deployment} model.tar.gz` starts its story.",
            Exit.REFUSED,
        )
    show(screen.out(), moments)


def show(console: Console, moments: list[Moment]) -> None:
    """Print moments, oldest first, under the release that each belongs to."""
    printed = shown_on(console)
    for release, group in groupby(moments, key=release_of):
        found = list(group)
        if release != HINTS:
            console.print(f"[bold]{release}[/]  [dim]{screen.date(found[0].at)}[/]")
        for moment in found:
            printed(moment)


def release_of(moment: Moment) -> str:
    """The release's own name, out of its execution's ARN."""
    return moment.release.rpartition(":")[2] or HINTS
