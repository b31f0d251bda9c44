"""`slipway releases` and `slipway rollback`: what was released, and the way back to it."""

from dataclasses import asdict
from typing import Annotated

import typer
from slipway.domain.errors import InvalidInput
from slipway.domain.naming import checked_deployment
from slipway.domain.plan.endpoint import versions
from slipway.domain.record import Record
from slipway.domain.released import Release
from slipway.domain.rerunning import again
from slipway.nudging import goal

from slipway_cli import screen, stack, target
from slipway_cli.failures import Exit, Problem
from slipway_cli.push import finish
from slipway_cli.sync import run

Deployment = Annotated[str, typer.Argument(help="The deployment's name.")]


def releases(
    ctx: typer.Context,
    deployment: Deployment,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List what was released, newest first, by the numbers that `slipway rollback` takes."""
    record = stack.connect(target.of(ctx)).ports.ledger.load(checked_deployment(deployment))
    found = record.releases.last
    if as_json:
        screen.print_json([asdict(release) for release in found])
        return
    if not found:
        raise Problem(
            f"nothing was released of {deployment} yet",
            f"`slipway status {deployment}` shows what it waits for.",
            Exit.REFUSED,
        )
    rows = [(str(each.number), *_row(record, each)) for each in found]
    screen.print_table(("release", "released", "what", "sha256", "uploaded", ""), rows)


def rollback(
    ctx: typer.Context,
    deployment: Deployment,
    *,
    to: Annotated[
        int | None, typer.Option(help="The number of a release; the one before when absent.")
    ] = None,
    now: Annotated[
        bool, typer.Option("--now", help="All traffic at once, whatever the manifest says.")
    ] = False,
    rerun: Annotated[
        bool,
        typer.Option(
            "--rerun", help="Of a batch deployment: make the runs by what is gone back from again."
        ),
    ] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to follow at most.")] = 1800.0,
) -> None:
    """Release again what was released before; only a newer upload takes its place."""
    found = stack.connect(target.of(ctx))
    record = found.ports.ledger.load(checked_deployment(deployment))
    try:
        aim = goal(found.ports, record, to, rerun=rerun)
    except InvalidInput as error:
        remedy = f"`slipway releases {deployment}` lists them."
        raise Problem(str(error), remedy, Exit.REFUSED) from error
    screen.err().print(f"back to release {aim.number}: {what(aim)}, {', '.join(_uris(aim))}")
    if rerun:
        screen.err().print(_once_more(record, aim.number), soft_wrap=True)
    wish = {"type": "rollback", "to": aim.number, "now": now, "rerun": rerun}
    finish(deployment, run(found, deployment, {"wish": wish}, timeout))


def _once_more(record: Record, to: int) -> str:
    """Which runs are due again."""
    due, left = again(record.runs, record.releases, to)
    if not due and not left:
        return "no run is due again"
    told = [f"due again: {', '.join(each.why.partition(' again')[0] for each in due)}"]
    inputs = (run.input for run in record.runs.last if run.number in left)
    told += [f"too many; by hand: slipway batch {record.deployment} {uri}" for uri in inputs]
    return "\n".join(told)


def what(release: Release) -> str:
    """What a person calls a release: the versions in the registry that it serves."""
    return versions(release.packages, None) or release.config


def _row(record: Record, release: Release) -> tuple[str, ...]:
    digests = ", ".join(digest[:12] for digest in release.digests)
    note = _note(record, release)
    return screen.date(release.at), what(release), digests, ", ".join(_uris(release)), note


def _uris(release: Release) -> list[str]:
    return [f"{each.uri}?versionId={each.version_id}" for each in release.uploads.parts.values()]


def _note(record: Record, release: Release) -> str:
    notes = [
        "the newest" if release == record.releases.newest else "",
        f"release {release.of} once more" if release.of else "",
        "rolled back from" if release.withdrawn else "",
    ]
    return "; ".join(filter(None, notes))
