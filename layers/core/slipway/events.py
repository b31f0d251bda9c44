"""Events of EventBridge, as queues deliver them: which deployment may have news, and why.

No step acts on an event's payload: an event only says where to look.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from slipway.domain.desired import Artifact
from slipway.domain.errors import InvalidInput
from slipway.domain.naming import (
    Site,
    deployment_of_alarm,
    deployment_of_batch,
    deployment_of_job,
    deployment_of_key,
    deployment_of_resource,
)
from slipway.domain.watch import Reported, reported_at
from slipway.telemetry import telling

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hint:
    """A reason to look at a deployment, maybe an upload that was finished."""

    deployment: str
    cause: str
    arrived: Artifact | None = None


Read = TypeVar("Read", Hint, Reported)


def uploaded(event: Event) -> Hint | None:
    """The hint of an S3 `Object Created` event; None for keys that mean nothing to Slipway.

    Keys are raw in EventBridge's events, not URL-encoded as in S3's notifications. Raises
    InvalidInput when the folder cannot name a deployment.
    """
    key = _text(event, "detail", "object", "key")
    deployment = deployment_of_key(key)
    if deployment is not None:
        return Hint(deployment, f"{key} was uploaded{_which(event)}", _arrived(event, key))
    files = deployment_of_batch(key)
    return Hint(files, f"{key} was uploaded{_which(event)}") if files else None


def _arrived(event: Event, key: str) -> Artifact | None:
    """The version that was uploaded, and when that was finished, where S3 tells all of it."""
    detail = event["detail"]
    found, bucket, at = detail["object"], detail.get("bucket"), event.get("time")
    match (found, bucket, at):
        case {"version-id": str(version), "size": int(size)}, {"name": str(name)}, str(moment):
            return Artifact(name, key, version, _seconds(moment), size)
        case _:
            return None


def _which(event: Event) -> str:
    """Which version of the object it is, and by whom, as far as S3 tells: an account, or a service
    of AWS's own."""
    detail = event["detail"]
    version, who = detail["object"].get("version-id"), detail.get("requester")
    told = (f" as version {version}" if version else "", f" by {who}" if who else "")
    return "".join(told)


def _seconds(moment: str) -> float:
    try:
        return datetime.fromisoformat(moment).timestamp()
    except ValueError as error:
        raise InvalidInput(
            f"time: {moment!r:.80} is no moment; send EventBridge's events"
        ) from error


def reported(event: Event, site: Site) -> Reported | None:
    """The window that an S3 `Object Created` event is about; None for keys of no window."""
    return reported_at(site, _text(event, "detail", "object", "key"))


def changed(event: Event, site: Site) -> Hint | None:
    """The hint of a change that AWS tells; None for what is not Slipway's."""
    detail = event.get("detail")
    if not isinstance(detail, Mapping):
        raise InvalidInput(f"detail: {detail!r:.80} is not an object; send EventBridge's events")
    if "ModelPackageGroupName" in detail:
        return _hint(site, event, "ModelPackageGroupName", "ModelApprovalStatus", "model package")
    if "TransformJobName" in detail:
        return _of_job(site, event)
    if "taskArn" in detail:
        return _of_task(site, event)
    if "alarmName" in detail:
        return _of_alarm(site, event)
    return _hint(site, event, "EndpointName", "EndpointStatus", "endpoint")


def deliver(
    batch: Event, read: Callable[[Event], Read | None], act: Callable[[Read], object]
) -> PartialItemFailureResponse:
    """Act on what each message of an SQS batch says; which messages to deliver again.

    A message that fails goes back alone, so one bad event holds up none of the others.
    """
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    with processor(batch["Records"], partial(_deliver, read, act)):
        processor.process()
    return processor.response()


def _deliver(
    read: Callable[[Event], Read | None], act: Callable[[Read], object], record: SQSRecord
) -> None:
    with telling(message=record.message_id):
        found = read(record.json_body)
    if found is None:
        return
    with telling(**asdict(found)) as outcome:
        outcome(act(found))


def _hint(site: Site, event: Event, name: str, status: str, kind: str) -> Hint | None:
    called = _text(event, "detail", name)
    deployment = deployment_of_resource(site, called)
    if deployment is None:
        return None
    return Hint(deployment, f"{kind} {called} is {event['detail'].get(status, 'changed')}")


def _of_job(site: Site, event: Event) -> Hint | None:
    called = _text(event, "detail", "TransformJobName")
    deployment = deployment_of_job(site, called)
    status = event["detail"].get("TransformJobStatus", "changed")
    return Hint(deployment, f"transform job {called} is {status}") if deployment else None


def _of_task(site: Site, event: Event) -> Hint | None:
    """What a task's family is called is what its group is."""
    family, status = _text(event, "detail", "group"), _text(event, "detail", "lastStatus")
    deployment = deployment_of_resource(site, family.removeprefix("family:"))
    if deployment is None:
        return None
    return Hint(deployment, f"task {event['detail']['taskArn']} is {status}")


def _of_alarm(site: Site, event: Event) -> Hint | None:
    """Whoever looks is told by CloudWatch what state it is in: events may be out of order."""
    name = _text(event, "detail", "alarmName")
    deployment = deployment_of_alarm(site, name)
    if deployment is None:
        return None
    return Hint(deployment, f"alarm {name} is {_text(event, 'detail', 'state', 'value')}")


def _text(event: Event, *path: str) -> str:
    found: object = event
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str) and found:
        return found
    raise InvalidInput(f"{'.'.join(path)}: {found!r:.80} is not a text; send EventBridge's events")
