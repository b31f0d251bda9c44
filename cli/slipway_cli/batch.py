"""`slipway batch` and `slipway batches`: a run by hand, and what came of all of them."""

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from slipway.domain.batch import JobStatus, Run
from slipway.domain.naming import batch_prefix, checked_deployment
from slipway.domain.record import Record
from slipway.nudging import checked_input
from slipway.running import NOTHING

from slipway_cli import screen, stack, target
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import End, TimeLine, attend
from slipway_cli.stack import Stack

S3 = "s3://"


def batch(
    ctx: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    input_: Annotated[
        str,
        typer.Argument(
            metavar="[INPUT]",
            help="A file, or the s3:// URI of an object, a folder or a .manifest in the "
            "deployment's own place; what has arrived when absent.",
        ),
    ] = "",
    *,
    wait: Annotated[bool, typer.Option(help="Follow the run until it ends.")] = True,
    timeout: Annotated[float, typer.Option(help="Seconds to follow at most.")] = 3600.0,
) -> None:
    """Run a batch deployment now, and follow the run to its end."""
    found = stack.connect(target.of(ctx))
    checked_deployment(deployment)
    if not found.ports.ledger.load(deployment).runs_files:
        raise Problem(
            f"{deployment} is no batch deployment",
            "`target: {type: batch}` in its slipway.yaml makes it one.",
            Exit.REFUSED,
        )
    line = TimeLine(found.ports, deployment)
    uri = _uri(found, deployment, input_)
    wish = {"type": "run", **({"input": uri} if uri else {})}
    execution = found.start(deployment, {"wish": wish})  # by which the run goes
    if wait:
        _finish(_follow(found, deployment, execution, line, timeout))


def batches(
    ctx: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List the runs of a batch deployment, newest first."""
    record = stack.connect(target.of(ctx)).ports.ledger.load(checked_deployment(deployment))
    if as_json:
        screen.print_json([asdict(run) for run in record.runs.last])
        return
    if not record.runs.last:
        raise Problem(
            f"nothing has run of {deployment} yet",
            f"`slipway batch {deployment} rows.csv` runs it; `slipway status {deployment}` shows "
            "what it waits for.",
            Exit.REFUSED,
        )
    head = ("run", "began", "took", "state", "version", "objects", "rows", "why", "")
    screen.print_table(head, [_row(run) for run in record.runs.last])


def _row(run: Run) -> tuple[str, ...]:
    took = f"{run.ended - run.at:.0f} s, {run.billed:.0f} s billed" if run.ended else ""
    rows = "" if run.rows_in is None else f"{run.rows_in} in, {run.rows_out} out"
    state = run.status or JobStatus.IN_PROGRESS
    facts = (run.version, str(run.objects), rows, run.due.why, _outcome(run))
    return str(run.number), screen.date(run.at), took, str(state), *facts


def _outcome(run: Run) -> str:
    """Where the output is and what is strange about it; or why there is none."""
    if run.status != JobStatus.COMPLETED:
        return screen.brief(run.reason)
    return "; ".join(filter(None, (run.output, run.reason.partition("; ")[2])))


def _uri(found: Stack, deployment: str, given: str) -> str:
    """Where the input is; a file is uploaded first, to a place where uploads are not run."""
    if given.startswith(S3) or not given:
        return checked_input(found.ports.site, deployment, given)
    file = Path(given)
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()[:12]
    key = f"{batch_prefix(deployment)}asked/{digest}/{file.name}"
    found.session.client("s3").upload_file(str(file), found.bucket, key)
    screen.out().print(f"uploaded {file.name} to {key}", soft_wrap=True)
    return f"{S3}{found.bucket}/{key}"


def _follow(found: Stack, deployment: str, execution: str, line: TimeLine, timeout: float) -> End:
    pause = 0.2 if found.embedded else 5.0
    return attend(line, lambda: _ended(found, deployment, execution), "run", timeout, pause)


def _ended(found: Stack, deployment: str, execution: str) -> End | None:
    """How the run ended; None while it is under way, or waits for the one before it."""
    told = found.succeeded(execution, "release")
    record = found.ports.ledger.load(deployment)
    run = next((run for run in record.runs.last if run.due.id == execution), None)
    if run is None:
        waits = any(due.id == execution for due in record.runs.due)
        return End("Held", NOTHING) if told and not waits and not _is_at_work(record) else None
    return End(str(run.status), f"{run.reason}; {run.output}") if run.told else None


def _is_at_work(record: Record) -> bool:
    return record.lease is not None


def _finish(end: End) -> None:
    """Say how it ended. Raises Problem for a run that is not complete."""
    if end.verdict != JobStatus.COMPLETED:
        raise Problem(f"{end.verdict}: {end.reason}", code=Exit.REFUSED)
    screen.out().print(screen.worded(f"{end.verdict}: {end.reason}"), soft_wrap=True)
