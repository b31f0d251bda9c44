"""`slipway sync`: compare what is wanted with what is there, now, and follow what comes of it."""

from collections.abc import Mapping
from typing import Annotated

import typer
from slipway.domain.naming import checked_deployment
from slipway.domain.steps import Verdict

from slipway_cli import stack, target
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import End, TimeLine, attend
from slipway_cli.push import finish
from slipway_cli.stack import Stack


def sync(
    ctx: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    *,
    again: Annotated[
        bool, typer.Option("--again", help="Try once more what was refused, failed or waits.")
    ] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to follow at most.")] = 1800.0,
) -> None:
    """Compare what is wanted with what is there, and do what is left to do, if anything."""
    asked = {"again": True} if again else {}
    end = run(stack.connect(target.of(ctx)), checked_deployment(deployment), asked, timeout)
    finish(deployment, end)


def run(found: Stack, deployment: str, asked: Mapping[str, object], timeout: float) -> End:
    """Start a release by hand, with what is asked for, and follow it to its end."""
    line = TimeLine(found.ports, deployment)
    execution = found.start(deployment, asked)
    pause = 0.2 if found.embedded else 2.0
    return attend(line, lambda: ended(found, deployment, execution), "release", timeout, pause)


def ended(found: Stack, deployment: str, execution: str) -> End | None:
    """How what is wanted now ended, once the execution has, or whoever was at it already; None
    until then. Raises Problem when it broke."""
    if not found.succeeded(execution, "release"):
        return None
    record = found.ports.ledger.load(deployment)
    if record.lease:
        found.succeeded(record.lease.owner, "release")
        return None
    settled, desired = record.settled, record.desired
    if record.version and desired is None:
        return End(Verdict.DELETED, "nothing is left of it")
    generation = desired.generation if desired else 0
    if settled and settled.told and settled.generation == generation:
        return End(settled.announce.verdict, settled.announce.reason)
    raise Problem("the release came to no verdict", execution, Exit.REFUSED)
