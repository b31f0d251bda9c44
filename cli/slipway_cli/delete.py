"""`slipway delete`: ask for a deployment to go, and follow how it goes."""

from typing import Annotated

import typer
from slipway.domain.naming import checked_deployment
from slipway.domain.steps import Verdict

from slipway_cli import screen, stack, target
from slipway_cli.failures import Exit, Problem
from slipway_cli.sync import run

GOES = "its schedules, its alarm, its endpoint with its logs, and its releases' configs and models"
STAYS = "Its versions, its history and what was uploaded stay."
PURGED = "So do its versions, their bytes, its captures and reports, its history and its uploads."


def delete(
    ctx: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    *,
    purge: Annotated[
        bool, typer.Option("--purge", help="Also versions, captures, uploads and history.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to follow at most.")] = 1800.0,
) -> None:
    """Take a deployment down, in the order that AWS demands; a newer upload brings it back."""
    found = stack.connect(target.of(ctx))
    if found.ports.ledger.load(checked_deployment(deployment)).desired is None:
        raise Problem(
            f"there is no deployment {deployment}", "`slipway status` lists them.", Exit.REFUSED
        )
    if not yes:
        what = f"{deployment} goes: {GOES}. {PURGED if purge else STAYS} Delete it?"
        typer.confirm(what, abort=True, err=True)
    end = run(found, deployment, {"wish": {"type": "delete", "purge": purge}}, timeout)
    if end.verdict != Verdict.DELETED:
        raise Problem(
            f"{deployment} is {end.verdict.lower()}: {screen.brief(end.reason)}",
            f"`slipway history {deployment}` shows what came after it was asked to go.",
            Exit.REFUSED,
        )
    screen.out().print(screen.worded(f"{end.verdict}: {end.reason}"), soft_wrap=True)
