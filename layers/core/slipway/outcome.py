"""What came of a run: which objects were answered, how many rows, and why others were not."""

import json
from collections.abc import Sequence
from dataclasses import replace

from slipway.domain import naming
from slipway.domain.batch import Job, JobStatus, Keep, Run, Split, missing
from slipway.domain.plan.batch import complete
from slipway.looking import Look
from slipway.ports import Ports

MOST_BYTES = 256 << 20  # of inputs and as many of outputs, in which rows are counted
SHOWN = 5
NEVER = "its job was never made"


def concluded(ports: Ports, found: Look, run: Run, job: Job | None) -> Run:
    """The run as it ended, with what became of its objects."""
    status = job.status if job else JobStatus.STOPPED
    ended = (job.ended if job else 0.0) or ports.clock()
    over = replace(run, status=status, ended=ended)
    if job is None:
        return replace(over, reason=NEVER)
    names = ports.batches.names(run.input, listed=run.listed)
    lost = missing(names, ports.batches.written(run.output))
    if status == JobStatus.COMPLETED and not lost:
        return _counted(ports, found, over, names)
    return replace(over, reason=_why(ports, found, run, job, names, lost))


def _counted(ports: Ports, found: Look, run: Run, names: Sequence[str]) -> Run:
    """The run with its rows, where lines go in and come out and are not too many to count."""
    made = found.case.made_of(run.config)
    how = complete(made.transform, run.first) if made and made.transform else None
    told = f"{len(names)} of {len(names)} objects were answered"
    if how is None or how.split != Split.LINE or how.assemble != Split.LINE or how.compression:
        return replace(run, reason=f"{told}; rows were not counted")
    asked = ports.batches.rows(run.input, names, listed=run.listed, most=MOST_BYTES)
    outputs = [f"{name}.out" for name in names]
    given = ports.batches.rows(run.output, outputs, listed=False, most=MOST_BYTES)
    counted = replace(run, rows_in=asked, rows_out=given)
    if asked is None or given is None:
        return replace(counted, reason=f"{told}; rows were not counted, for there are too many")
    rows = f"{asked} rows in and out" if asked == given else f"but {asked} rows in, {given} out"
    return replace(counted, reason=f"{told}, {rows}")


def _why(
    ports: Ports, found: Look, run: Run, job: Job, names: Sequence[str], lost: Sequence[str]
) -> str:
    """What was not answered, and in whose words why; and what runs just that."""
    batch, shown = found.case.desired.policy.batch, ", ".join(lost[:SHOWN])
    more = f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else ""
    told = f"{len(lost)} of {len(names)} objects were not answered: {shown}{more}" if lost else ""
    said = " ".join(ports.transforms.told(run.job)[:SHOWN])
    parts = [part.rstrip(".") for part in (told, job.failure, said) if part]
    if batch and batch.keep == Keep.NOTHING:
        ports.batches.remove(run.output)
        parts.append("all or nothing: the other outputs were deleted")
    elif lost and len(lost) < len(names):
        parts.append(
            f"`slipway batch {found.record.deployment} {_left(ports, found, run, lost)}`"
            " runs just those"
        )
    return "; ".join(parts)


def _left(ports: Ports, found: Look, run: Run, lost: Sequence[str]) -> str:
    """A manifest file of what was not answered; its URI."""
    key = f"{naming.batch_prefix(found.record.deployment)}failed/{run.number}.manifest"
    top = ports.batches.top(run.input, listed=run.listed)
    ports.batches.keep(key, json.dumps([{"prefix": top}, *lost]).encode())
    return f"s3://{ports.site.bucket}/{key}"
