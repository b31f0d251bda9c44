"""What ends by and by, as it is found: runs of a batch deployment, tasks, and probes in line."""

from slipway.domain.batch import Arrived, Job
from slipway.domain.probed import LINE_SECONDS, Line
from slipway.domain.record import Record
from slipway.domain.task import Sight
from slipway.ports import Ports

PROOF_SECONDS = 4 * 3600.0  # a sample that takes longer is given up


def job(ports: Ports, record: Record) -> Job | None:
    """The job of the run that is under way."""
    going = record.runs.going
    return ports.transforms.find(going.job) if going else None


def task(ports: Ports, record: Record) -> Sight | None:
    """The task that is under way."""
    going = record.tasks.going
    return ports.fargate.find(going.arn) if going and going.arn and not going.over else None


def arrived(ports: Ports, record: Record) -> Arrived | None:
    """What waits for the next run, where uploads are run at once."""
    batch = record.desired.policy.batch if record.desired else None
    if batch is None or not batch.on_upload or record.runs.going:
        return None
    return ports.batches.arrived(record.deployment, record.runs.seen)


def awaited(ports: Ports, record: Record) -> str:
    """The config whose probes are not answered yet, at an asynchronous endpoint or by a job."""
    line, generation = record.line, record.desired.generation if record.desired else 0
    if line is None or line.generation != generation:
        return ""
    if line.job:
        return "" if _is_answered(ports, line) else line.config
    if ports.clock() >= line.at + LINE_SECONDS:
        return ""
    keys = ((each.output, each.failure) for each in line.probes)
    answered = all(any(map(ports.uploaded.holds, places)) for places in keys)
    return "" if answered else line.config


def _is_answered(ports: Ports, line: Line) -> bool:
    """Whether the job that answers probes is over, or took too long."""
    found = ports.transforms.find(line.job)
    late = ports.clock() >= line.at + PROOF_SECONDS
    return late or (found is not None and found.is_over)
