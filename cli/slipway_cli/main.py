"""The `slipway` command."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from slipway_cli import screen, target
from slipway_cli.approval import approve, reject
from slipway_cli.batch import batch, batches
from slipway_cli.commands import Commands
from slipway_cli.delete import delete
from slipway_cli.demo.command import demo
from slipway_cli.embedded import down, env, up
from slipway_cli.example import example
from slipway_cli.history import history
from slipway_cli.inspecting import inspect_artifact
from slipway_cli.invoke import invoke
from slipway_cli.logs import logs
from slipway_cli.monitor import monitor
from slipway_cli.push import push
from slipway_cli.rollback import releases, rollback
from slipway_cli.schema import schema
from slipway_cli.status import status
from slipway_cli.steering import abort, pause, promote, resume, rollout
from slipway_cli.sync import sync
from slipway_cli.tasks import task, tasks

app = typer.Typer(
    name="slipway",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(push)
app.command()(status)
app.command()(history)
app.command()(invoke)
app.command()(logs)
app.command()(sync)
app.command()(monitor)
app.command()(releases)
app.command()(rollback)
app.command()(batch)
app.command()(batches)
app.command()(task)
app.command()(tasks)
app.command()(rollout)
app.command()(promote)
app.command()(pause)
app.command()(resume)
app.command()(abort)
app.command()(delete)
app.command()(approve)
app.command()(reject)
app.command("inspect")(inspect_artifact)
app.command()(schema)
app.command()(demo)
app.command()(example)
app.command()(up)
app.command()(down)
app.command()(env)


def show_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    """Print the version and end."""
    if asked:
        screen.out().print(version("slipway"))
        raise typer.Exit


Stack = Annotated[
    str, typer.Option(envvar="SLIPWAY_STACK", help="The name of the CloudFormation stack.")
]
State = Annotated[
    Path, typer.Option(envvar="SLIPWAY_STATE", help="The embedded cloud's folder.", file_okay=False)
]
AWS = Annotated[bool, typer.Option("--aws", help="AWS, even while an embedded cloud is up here.")]
Version = Annotated[
    bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
]


@app.callback()
def main(
    ctx: typer.Context,
    *,
    stack: Stack = "slipway",
    state: State = target.STATE,
    aws: AWS = False,
    _version: Version = False,
) -> None:
    """Drop a model in S3; get a deployment that is inspected, registered, rolled out and probed.

    Commands talk to the embedded cloud while one is up here (see `slipway up`), and to AWS
    otherwise, with the profile, region and endpoint that boto3 finds.
    """
    ctx.obj = target.choose(stack, state, aws=aws)
    ctx.with_resource(target.pointed_at(ctx.obj))
