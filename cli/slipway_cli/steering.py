"""`slipway promote`, `pause`, `resume` and `abort`: a person's word on a rollout under way."""

from pathlib import Path
from typing import Annotated

import typer
from slipway.domain.errors import InvalidInput
from slipway.domain.judging.judge import judge
from slipway.domain.naming import checked_deployment
from slipway.domain.rollout import Steps
from slipway.domain.wish import How
from slipway.looking import look
from slipway.rollout_report import page

from slipway_cli import screen, stack, target
from slipway_cli.failures import Exit, Problem
from slipway_cli.push import finish
from slipway_cli.sync import run

Deployment = Annotated[str, typer.Argument(help="The deployment's name.")]
Timeout = Annotated[float, typer.Option(help="Seconds to follow at most.")]


def promote(ctx: typer.Context, deployment: Deployment, *, timeout: Timeout = 1800.0) -> None:
    """Give all traffic to the candidate of a rollout by steps, whatever was judged of it."""
    _steer(ctx, deployment, How.PROMOTE, timeout)


def pause(ctx: typer.Context, deployment: Deployment, *, timeout: Timeout = 1800.0) -> None:
    """Leave the candidate of a rollout by steps the traffic that it has, until you say more."""
    _steer(ctx, deployment, How.PAUSE, timeout)


def resume(ctx: typer.Context, deployment: Deployment, *, timeout: Timeout = 1800.0) -> None:
    """Let a rollout by steps go on that was paused, or is undecided."""
    _steer(ctx, deployment, How.RESUME, timeout)


def abort(ctx: typer.Context, deployment: Deployment, *, timeout: Timeout = 1800.0) -> None:
    """Send the candidate of a rollout by steps back; what served before has all traffic again."""
    _steer(ctx, deployment, How.ABORT, timeout)


def rollout(
    ctx: typer.Context,
    deployment: Deployment,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the report there, as HTML.")
    ] = None,
) -> None:
    """Show how the last rollout by steps stands or ended, and what was compared."""
    found = stack.connect(target.of(ctx))
    record = found.ports.ledger.load(checked_deployment(deployment))
    progress, desired = record.progress, record.desired
    policy = desired.policy.rollout if desired else None
    if progress is None or not isinstance(policy, Steps):
        raise Problem(
            f"{deployment} had no rollout by steps",
            "`rollout: {steps: [5, 25, 50]}` in slipway.yaml asks for one.",
            Exit.REFUSED,
        )
    version = look(found.ports, record).case.name(progress.config)
    at, of = min(progress.step + 1, len(policy.steps)), len(policy.steps)
    facts = [
        ("rollout", f"{version}, {progress.outcome or 'under way'}"),
        ("step", f"{at} of {of}, {policy.share(progress.step)} % of the traffic"),
        ("why", progress.reason),
    ]
    findings = judge(policy.judge, progress.windows).findings if progress.windows else ()
    screen.print_facts([*facts, *(("compared", finding.words) for finding in findings)])
    if output:
        output.write_text(page(deployment, version, progress, policy.judge))


def _steer(ctx: typer.Context, deployment: str, how: How, timeout: float) -> None:
    found = stack.connect(target.of(ctx))
    record = found.ports.ledger.load(checked_deployment(deployment))
    try:
        record.steered(how, found.ports.clock())
    except InvalidInput as error:
        remedy = f"`slipway status {deployment}` shows where it stands."
        raise Problem(str(error), remedy, Exit.REFUSED) from error
    end = run(found, deployment, {"wish": {"type": how.value}}, timeout)
    if how not in (How.ABORT, How.PAUSE):
        finish(deployment, end)
