"""Where commands go: the embedded cloud that runs here, otherwise AWS as boto3 finds it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import typer
from slipway_local import cloud
from slipway_local.cloud import Cloud

from slipway_cli.failures import Problem

STATE = Path(".slipway")


@dataclass(frozen=True, slots=True)
class Target:
    """The stack's name, the embedded cloud's folder, and the cloud that runs there, if it is
    the one to talk to; `aws` when AWS was asked for by name."""

    stack: str
    state: Path
    cloud: Cloud | None
    aws: bool = False


def of(ctx: typer.Context) -> Target:
    """The target that the options before the command's name chose."""
    return cast("Target", ctx.obj)


def choose(stack: str, state: Path, *, aws: bool) -> Target:
    """The embedded cloud wins while it runs, so that nobody at play touches a real account."""
    return Target(stack, state.resolve(), None if aws else cloud.find(state), aws=aws)


def check_alive(target: Target) -> None:
    """Raises Problem when the embedded cloud that ran here has died, so that nobody at play is
    sent to AWS by its death."""
    if target.cloud is None and not target.aws and cloud.died(target.state):
        raise Problem(
            f"the embedded cloud that ran in {target.state} has died",
            "`slipway up` starts it again with what it held; `slipway --aws` talks to AWS.",
        )


@contextmanager
def pointed_at(target: Target) -> Iterator[None]:
    """The environment while a command runs: all that names a cloud names the target."""
    if target.cloud is None:
        yield
        return
    with environment(target.cloud.environment):
        yield


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """These variables instead of any AWS_ variable of the caller's; restored afterwards."""
    before = dict(os.environ)
    for name in before:
        if name.startswith("AWS_"):
            del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
