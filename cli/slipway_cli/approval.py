"""`slipway approve` and `slipway reject`: a person's word in the model registry."""

from typing import Annotated, Literal

import typer
from slipway.domain.naming import checked_deployment, member_of
from slipway.domain.world import waits
from slipway.looking import look

from slipway_cli import screen, stack, target
from slipway_cli.failures import Exit, Problem
from slipway_cli.stack import Stack

Deployment = Annotated[str, typer.Argument(help="The deployment's name.")]
Reason = Annotated[str, typer.Option(help="Kept with the version in the registry.")]


def approve(ctx: typer.Context, deployment: Deployment, reason: Reason = "by hand") -> None:
    """Approve the registered version, so that it is deployed."""
    _decide(stack.connect(target.of(ctx)), deployment, "Approved", reason)


def reject(ctx: typer.Context, deployment: Deployment, reason: Reason = "by hand") -> None:
    """Reject the registered version, so that it is not deployed."""
    _decide(stack.connect(target.of(ctx)), deployment, "Rejected", reason)


def _decide(
    found: Stack, deployment: str, verdict: Literal["Approved", "Rejected"], reason: str
) -> None:
    record = found.ports.ledger.load(checked_deployment(deployment))
    packages = look(found.ports, record).world.packages
    if not packages:
        raise Problem(
            f"{deployment} has no registered version",
            f"`slipway status {deployment}` shows what it has.",
            Exit.REFUSED,
        )
    owed = waits(record.desired, record.inspected) if record.desired else ""
    if owed and verdict == "Approved":
        screen.err().print(f"approving this: {owed}", soft_wrap=True)
    client = found.session.client("sagemaker")
    for package in packages:
        client.update_model_package(
            ModelPackageArn=package.arn, ModelApprovalStatus=verdict, ApprovalDescription=reason
        )
        screen.out().print(f"{package.arn} is {verdict}", soft_wrap=True)
    if member_of(deployment) and record.waiting:
        # The event names the group alone, by which only the sweep finds a model behind an endpoint.
        found.ports.executions.wake(record.waiting)
