"""The life of a demo: a cloud of its own, the story, and nothing left behind."""

import fcntl
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import typer
from rich.console import Console
from rich.text import Text
from slipway_local import cloud

from slipway_cli import screen, stack, target
from slipway_cli.demo.stage import stage
from slipway_cli.demo.story import Story
from slipway_cli.deploying import TEMPLATE, Deployment
from slipway_cli.embedded import start
from slipway_cli.failures import Exit, Problem
from slipway_cli.target import Target, environment

EXAMPLE = Path("examples/housing")
# Waits are rehearsed: captured requests arrive after seconds, not minutes.
TIME_SCALE = 0.05
FURTHER = (
    ("make up", "the same, to play with: slipway push, status, invoke, history"),
    ("template.yaml", "the whole product: functions, events, data, alarms"),
    ("statemachines/release.asl.json", "a release, a state for each step"),
    ("layers/core/slipway/domain/decide.py", "what is owed next, argued rule by rule"),
    ("docs/", "the manifest, operating it, its architecture and decisions"),
)


def demo(ctx: typer.Context) -> None:
    """Show the product at work on this machine: no AWS account, no Docker."""
    project = Path.cwd()
    if not ((project / TEMPLATE).exists() and (project / EXAMPLE).exists()):
        raise Problem("there is no demo here", "Run it in a clone of Slipway.", Exit.USAGE)
    goal = target.of(ctx)
    console = screen.out()
    began = time.monotonic()
    report = goal.state / "demo-report.html"
    with stoppable(), alone(goal.state / "demo") as folder:
        try:
            embedded = Target(goal.stack, folder / "cloud", None)
            run(console, embedded, goal.state / "images", project, report)
        finally:
            console.print(Text("\nCleaning up", "dim"))
    took = screen.seconds(time.monotonic() - began)
    console.print(Text(f"\nThe demo took {took} and left nothing behind but {report}.", "bold"))
    console.print("\nWhere to look further")
    screen.print_facts(FURTHER)


def run(console: Console, goal: Target, images: Path, project: Path, report: Path) -> None:
    """Set up a cloud with Slipway in it, and tell the story there."""
    with stage(console, "Getting ready") as now:
        with now.step("start the embedded cloud, which enforces IAM as AWS does"):
            share(images, goal.state)
            running = start(goal, port=0, time_scale=TIME_SCALE)
        slipway = Deployment(project, running, goal.stack)
        with now.step("sam build") as progress:
            slipway.build(progress)
        with now.step("sam deploy --config-env local") as progress:
            slipway.deploy(progress)
    with environment(running.environment):
        found = stack.connect(Target(goal.stack, goal.state, running))
        work = goal.state.parent / "work"
        work.mkdir()
        Story(console, found, project / EXAMPLE, work, images, report).tell()


def share(images: Path, state: Path) -> None:
    """Let the cloud in `state` use, and keep for others, the environments in `images`."""
    images.mkdir(parents=True, exist_ok=True)
    state.mkdir(mode=0o700)
    (state / "images").symlink_to(images, target_is_directory=True)


@contextmanager
def alone(folder: Path) -> Iterator[Path]:
    """An empty folder that no other demo uses, without the cloud in it and gone afterwards.

    The lock tells what a killed demo has left, to be cleaned away, from one that is running.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem("a demo is running here", "Wait for it to end.", Exit.USAGE) from None
        clean(folder)
        folder.mkdir()
        try:
            yield folder
        finally:
            clean(folder)
            folder.with_suffix(".lock").unlink()


def clean(folder: Path) -> None:
    """End the cloud of a demo and remove its files; a second Ctrl-C does not stop that."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        cloud.stop(folder / "cloud")
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM, and a terminal that is closed, end the block as Ctrl-C does."""
    kinds = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(kind, _interrupt) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
