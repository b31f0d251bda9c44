"""`slipway up`, `slipway down` and `slipway env`: the embedded cloud on this machine."""

import shlex
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text
from slipway_local import cloud
from slipway_local.cloud import Cloud, CloudFailed, CloudRunning

from slipway_cli import screen, target
from slipway_cli.deploying import Deployment, Show
from slipway_cli.failures import Exit, Problem
from slipway_cli.target import Target

POLL_SECONDS = 0.1

Port = Annotated[int, typer.Option(help="The port on 127.0.0.1; 0 takes a free one.")]
Scale = Annotated[
    float,
    typer.Option(
        envvar="SLIPWAY_TIME_SCALE",
        help="How long a waited second lasts: 0.01 is a hundred times faster.",
    ),
]


Fresh = Annotated[bool, typer.Option("--fresh", help="Forget what the cloud before held.")]


def up(
    ctx: typer.Context, port: Port = 0, time_scale: Scale = 1.0, *, fresh: Fresh = False
) -> None:
    """Start the embedded cloud with what it held, and deploy Slipway into it with the real SAM."""
    goal = target.of(ctx)
    console = screen.out()
    began = time.monotonic()
    with console.status("starting the embedded cloud") as status:
        running = start(goal, port, time_scale, keep=True, fresh=fresh)

        def show(line: str) -> None:
            status.update(Text(line, "dim", no_wrap=True, overflow="ellipsis"))

        try:
            slipway = Deployment(Path.cwd(), running, goal.stack)
            slipway.build(show)
            slipway.deploy(show)
            served = resume(running, slipway, show)
        except BaseException:
            cloud.stop(goal.state)
            raise
    took = screen.seconds(time.monotonic() - began)
    console.print(f"The embedded cloud runs at {running.endpoint}, Slipway is in it ({took}).")
    if served:
        console.print(f"What it held serves again: {', '.join(served)}.", soft_wrap=True)
    command = sys.argv[0]
    screen.print_facts(
        (
            (f"{command} push NAME model.tar.gz", "releases a model"),
            (f'eval "$({command} env)"', "points the AWS CLI and boto3 at it"),
            (f"{command} down", "ends it; `up` brings back what it held"),
        )
    )


def down(ctx: typer.Context) -> None:
    """End the embedded cloud and everything it started; what it holds is kept."""
    state = target.of(ctx).state
    running = cloud.find(state)
    cloud.stop(state)
    screen.out().print("The embedded cloud is down." if running else "No embedded cloud was up.")


def env(ctx: typer.Context) -> None:
    """Print the variables that point the AWS CLI, boto3 and SAM at the embedded cloud."""
    target.check_alive(target.of(ctx))
    running = cloud.find(target.of(ctx).state)
    if running is None:
        raise Problem("no embedded cloud is up here", "`slipway up` starts one.")
    for name, value in running.environment.items():
        screen.out().print(f"export {name}={shlex.quote(value)}", soft_wrap=True, markup=False)


def start(
    goal: Target, port: int, time_scale: float, *, keep: bool = False, fresh: bool = False
) -> Cloud:
    """Start the cloud in the target's folder, with what was kept there unless it is to be
    `fresh`. Raises Problem when it runs already or cannot."""
    try:
        if fresh:
            cloud.forget(goal.state)
        return cloud.start(goal.state, port, time_scale=time_scale, keep=keep, project=Path.cwd())
    except CloudRunning as running:
        raise Problem(str(running), "`slipway down` ends it.", Exit.USAGE) from running
    except CloudFailed as failed:
        raise Problem(str(failed)) from failed


def resume(running: Cloud, slipway: Deployment, show: Show) -> list[str]:
    """Wait until the endpoints that were kept serve again; their names. What was under way goes on
    with the next sweep, which need not wait for its time."""
    sagemaker = running.client("sagemaker")
    while starting := _endpoints(sagemaker, "SystemUpdating"):
        show(f"starting the models of {', '.join(starting)}")
        time.sleep(POLL_SECONDS)
    found = running.client("cloudformation").describe_stack_resource(
        StackName=slipway.stack, LogicalResourceId="SweepFunction"
    )
    function = found["StackResourceDetail"]["PhysicalResourceId"]
    running.client("lambda").invoke(FunctionName=function, InvocationType="Event")
    return _endpoints(sagemaker, "InService")


def _endpoints(sagemaker: Any, status: str) -> list[str]:  # noqa: ANN401 - boto3's client
    listed = sagemaker.list_endpoints(StatusEquals=status)["Endpoints"]
    return sorted(endpoint["EndpointName"] for endpoint in listed)
