"""What came of a run: which objects were answered, how many rows, and why others were not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from slipway.domain import naming
from slipway.domain.batch import BatchTarget, Job, JobStatus, Keep, Run, Split, Transform, missing
from slipway.domain.errors import Refused
from slipway.domain.plan.batch import complete
from slipway.domain.rows import Rows, answer, whole
from slipway.looking import Look
from slipway.ports import Ports

MOST_BYTES = 256 << 20  # of inputs and as many of outputs, in which rows are counted
MOST_OBJECTS = 1000  # likewise: each is a request of its own
SHOWN = 5
NEVER = "its job was never made"
TOO_MANY = "rows were not counted, for there are too many"


def concluded(ports: Ports, found: Look, run: Run, job: Job | None) -> Run:
    """The run as it ended, with what became of its objects."""
    status = job.status if job else JobStatus.STOPPED
    ended = (job.ended if job else 0.0) or ports.clock()
    if job is None:
        return replace(run, status=status, ended=ended, reason=NEVER)
    over = replace(run, status=status, ended=ended, billed=billed(found, run, job))
    try:
        names = ports.batches.names(run.input)
    except Refused as gone:
        return replace(over, reason=f"what it read is not known any more: {gone}")
    written = ports.batches.written(run.output)
    lost = missing(names, written)
    if status == JobStatus.COMPLETED and not lost:
        counted = _counted(ports, found, over, names)
        return replace(counted, reason=f"{counted.reason}{_hollow(written)}")
    return replace(over, reason=_why(ports, found, run, job, names, lost))


def billed(found: Look, run: Run, job: Job) -> float:
    """The seconds of all instances that the run took by the end of this job of its."""
    made = found.case.made_of(run.config)
    target = made.variants[0].target if made else None
    count = target.instance_count if isinstance(target, BatchTarget) else 1
    return run.billed + job.seconds * count


def _counted(ports: Ports, found: Look, run: Run, names: Sequence[str]) -> Run:
    """The run with its rows, where lines go in and come out and are not too many to count."""
    made = found.case.made_of(run.config)
    how = complete(made.transform, run.first) if made and made.transform else None
    told = f"{len(names)} of {len(names)} objects were answered"
    if how is None or how.split != Split.LINE or how.assemble != Split.LINE or how.compression:
        return replace(run, reason=f"{told}; rows were not counted")
    if len(names) > MOST_OBJECTS:
        return replace(run, reason=f"{told}; {TOO_MANY}")
    asked = ports.batches.rows(run.input, names, most=MOST_BYTES)
    outputs, part = [f"{name}.out" for name in names], answer if _joins(how) else whole
    given = ports.batches.rows(run.output, outputs, most=MOST_BYTES, part=part)
    counted = replace(
        run, rows_in=asked.count if asked else None, rows_out=given.count if given else None
    )
    if asked is None or given is None:
        return replace(counted, reason=f"{told}; {TOO_MANY}")
    return replace(counted, reason=f"{told}, {_compared(asked, given, how)}")


def _compared(asked: Rows, given: Rows, how: Transform) -> str:
    """How the rows that came out are beside those that went in."""
    fits, said = asked.count == given.count, "end in" if _joins(how) else "are"
    rows = f"{asked.count} rows in and out"
    told = rows if fits else f"but {asked.count} rows in, {given.count} out"
    if not given.same or len(asked.kinds) == 1:
        return told
    return f"{told}; all {given.count} answers {said} {given.same}"


def _joins(how: Transform) -> bool:
    return how.join == "Input"


def _hollow(written: Mapping[str, int]) -> str:
    """What was written and has nothing in it."""
    names = [name for name, size in written.items() if not size]
    return f"; empty: {_listed(names)}" if names else ""


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"


def _why(
    ports: Ports, found: Look, run: Run, job: Job, names: Sequence[str], lost: Sequence[str]
) -> str:
    """What was not answered, and in whose words why; and what runs just that."""
    batch = found.case.desired.policy.batch
    told = f"{len(lost)} of {len(names)} objects were not answered: {_listed(lost)}" if lost else ""
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
    top = ports.batches.top(run.input)
    ports.batches.keep(key, json.dumps([{"prefix": top}, *lost]).encode())
    return f"s3://{ports.site.bucket}/{key}"
