"""What a batch deployment has to do, as it is found."""

from slipway.domain.batch import Arrived, Job
from slipway.domain.probed import Line
from slipway.domain.record import Record
from slipway.ports import Ports

PROOF_SECONDS = 4 * 3600.0  # a sample that takes longer is given up


def job(ports: Ports, record: Record) -> Job | None:
    """The job of the run that is under way."""
    going = record.runs.going
    return ports.transforms.find(going.job) if going else None


def arrived(ports: Ports, record: Record) -> Arrived | None:
    """What waits for the next run, where uploads are run at once."""
    batch = record.desired.policy.batch if record.desired else None
    if batch is None or not batch.on_upload or record.runs.going:
        return None
    return ports.batches.arrived(record.deployment, record.runs.seen)


def is_answered(ports: Ports, line: Line) -> bool:
    """Whether the job that answers probes is over, or took too long."""
    found = ports.transforms.find(line.job)
    late = ports.clock() >= line.at + PROOF_SECONDS
    return late or (found is not None and found.is_over)
