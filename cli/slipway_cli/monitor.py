"""`slipway monitor`: check a deployment's captured requests for drift, now."""

import json
import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from slipway.domain.desired import Runner
from slipway.domain.naming import checked_deployment
from slipway.domain.watch import HOUR, Reported, Schedule, Window, report_folder, reported_at
from slipway.engine import OWN_VIOLATIONS, REPORT, SUMMARY, VIOLATIONS

from slipway_cli import screen, stack, target
from slipway_cli.captured import await_written
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import Patience, wait_for
from slipway_cli.stack import Stack


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a window showed, and where its files are."""

    reported: Reported
    state: str
    violations: int


def monitor(
    ctx: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"],
            help="Check the last whole window before then; the hour that runs when absent.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Fetch the window's files into here.")
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait at most.")] = 900.0,
) -> None:
    """Check what a deployment was asked for drift, now; leave with 1 where there is any."""
    checked_deployment(deployment)
    found = stack.connect(target.of(ctx))
    schedule = scheduled(found, deployment)
    # The hour that runs ends with the next: it is checked again then, as a whole.
    moment = at.timestamp() if at else time.time() + HOUR
    patience = Patience(timeout, 0.2 if found.embedded else 2.0)
    with screen.out().status("[dim]checking; Ctrl-C leaves it running"):
        written = None if at else await_written(found, schedule.endpoint, patience)
        verdict = check_window(found, schedule, moment, patience)
    if written:
        screen.err().print(written.told(), soft_wrap=True)
    show(found, verdict, schedule, output)
    if verdict.violations:
        raise typer.Exit(1)


def scheduled(found: Stack, deployment: str) -> Schedule:
    """The deployment's schedule. Raises Problem when nothing watches it."""
    endpoint, schedules = found.endpoint(deployment), found.ports.schedules
    schedule = schedules[Runner.LAMBDA].find(endpoint)
    if schedule is None and schedules[Runner.SAGEMAKER].find(endpoint):
        raise Problem(
            f"{deployment} is checked by SageMaker Model Monitor, in its own time",
            "Set `runner: lambda` in its slipway.yaml to check it at will.",
            Exit.REFUSED,
        )
    if schedule is None:
        raise Problem(
            f"nothing watches {deployment}",
            "Add `monitor: {}` and `capture: {percentage: 100}` to its slipway.yaml, and push it "
            "with --baseline.",
            Exit.REFUSED,
        )
    return schedule


def check_window(found: Stack, schedule: Schedule, at: float, patience: Patience) -> Verdict:
    """Check the window before `at`, in epoch seconds, and wait until what it shows is told."""
    window = Window.before(at, schedule.every)
    folder = report_folder(schedule.endpoint, schedule.name, window)
    reported = reported_at(found.ports.site, folder)
    if reported is None:
        raise Problem(f"{folder} is no window of a deployment")
    execution = found.ports.checks.start(schedule, at)
    wait_for(lambda: found.succeeded(execution, "check") or None, patience)
    summary = json.loads(found.ports.monitored.read(folder, (SUMMARY,))[SUMMARY])
    count = len(summary["violations"]) + len(summary["slipway_violations"])
    state = summary["state"]
    verdict = Verdict(reported, state, count if state == "violations" else 0)
    wait_for(lambda: _is_told(found, verdict) or None, patience)
    return verdict


def show(found: Stack, verdict: Verdict, schedule: Schedule, output: Path | None) -> None:
    """Print what the window showed, and fetch its files where they are wanted."""
    reported, console = verdict.reported, screen.out()
    title = reported.title(schedule.every)
    console.print(screen.worded(f"{verdict.state}: {title}"), soft_wrap=True)
    if verdict.violations:
        console.print(told(found, reported, schedule.every), soft_wrap=True)
    console.print(f"report: s3://{found.bucket}/{reported.folder}{REPORT}", soft_wrap=True)
    if output:
        fetch(found, reported, output)
        console.print(f"fetched into {output}", soft_wrap=True)


def told(found: Stack, reported: Reported, every: int) -> str:
    """What people are told of a window with violations."""
    from slipway_drift import engine  # only here, for it is an extra

    drift = found.ports.ledger.load(reported.deployment).drift
    since = replace(reported, hour=drift.since).title(every) if drift and drift.since else ""
    names = (SUMMARY, VIOLATIONS, OWN_VIOLATIONS)
    return engine.told(found.ports.monitored.read(reported.folder, names), since)


def fetch(found: Stack, reported: Reported, output: Path) -> None:
    """Fetch every file of the window into the folder."""
    output.mkdir(parents=True, exist_ok=True)
    names = sorted(found.ports.monitored.present(reported.folder))
    for name, content in found.ports.monitored.read(reported.folder, names).items():
        (output / Path(name).name).write_bytes(content)


def _is_told(found: Stack, verdict: Verdict) -> bool:
    """Whether the ledger has what the window shows, or a later window, and people know."""
    drift = found.ports.ledger.load(verdict.reported.deployment).drift
    if drift is None or drift.hour != verdict.reported.hour:
        return drift is not None and drift.hour > verdict.reported.hour
    same = drift.state == verdict.state
    return drift.told and same and (not drift.violated or drift.violations == verdict.violations)
