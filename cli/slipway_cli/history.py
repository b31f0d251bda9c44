"""`slipway history`: the time line on the ledger."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text
from slipway.domain.naming import checked_deployment
from slipway.domain.released import Releases
from slipway.ports import Moment

from slipway_cli import screen, stack, target
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import tell

STARTED = "Started"


def history(
    ctx: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show the time line: what happened, what each release did, and why."""
    ledger = stack.connect(target.of(ctx)).ports.ledger
    moments = ledger.history(checked_deployment(deployment))
    if as_json:
        screen.print_json([asdict(moment) for moment in moments])
        return
    if not moments:
        raise Problem(
            f"nothing is known of {deployment}",
            f"`slipway push {deployment} model.tar.gz` starts its story.",
            Exit.REFUSED,
        )
    show(screen.out(), moments, ledger.load(deployment).releases)


def show(console: Console, moments: list[Moment], releases: Releases) -> None:
    """Print moments, oldest first, under the execution that each belongs to, with the number of the
    release that it ended with."""
    released = {each.at: each.number for each in releases.last}
    for release, found in by_release(moments):
        if release:
            number = next((released[each.at] for each in found if each.at in released), 0)
            title = f"release {number}  {release}" if number else release
            console.print(Text(title, "bold").append(f"  {screen.date(found[0].at)}", "dim"))
        for moment in found:
            tell(console, moment, "  ")


def by_release(moments: list[Moment]) -> list[tuple[str, list[Moment]]]:
    """The moments under the name of their release: what started it with it, and what came to its
    ears while it ran where it came. What has started nothing yet stands last, under no name."""
    groups: list[tuple[str, list[Moment]]] = []
    waiting: list[Moment] = []
    for moment in moments:
        name = moment.release.rpartition(":")[2]
        if name and (not groups or groups[-1][0] != name):
            groups.append((name, [*waiting, moment]))
            waiting = []
        elif name or (groups and moment.what != STARTED):
            groups[-1][1].append(moment)
        else:
            waiting.append(moment)
    return [*groups, ("", waiting)] if waiting else groups
