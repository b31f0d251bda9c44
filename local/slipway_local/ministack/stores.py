"""MiniStack's stores that the embedded services read and write without a request."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from ministack.core.responses import request_scope
from ministack.services import cloudwatch, cloudwatch_logs, iam, s3, sns

from slipway_local.sagemaker.metrics import Datum

_UNSAID = ("binary/octet-stream", "application/octet-stream")
_SERVICE = "sagemaker.amazonaws.com"


def object_reader(account: str, region: str) -> Callable[[str], bytes]:
    """A function that reads the object at an `s3://bucket/key` URL.

    It raises FileNotFoundError when there is none.
    """

    def read(url: str) -> bytes:
        parts = urlsplit(url, allow_fragments=False)
        with request_scope(account, region):
            data: bytes | None = s3._get_object_data(parts.netloc, parts.path.removeprefix("/"))
        if data is None:
            raise FileNotFoundError(f"No object at {url}.")
        return data

    return read


def object_finder(account: str, region: str) -> Callable[[str], bool]:
    """A function that says whether an object is at an `s3://bucket/key` URL or, where the URL
    ends with a slash, below it."""

    def exists(url: str) -> bool:
        parts = urlsplit(url, allow_fragments=False)
        key, below = parts.path.removeprefix("/"), url.endswith("/")
        with request_scope(account, region):
            bucket = s3._buckets.get(parts.netloc)
            objects = bucket["objects"] if bucket else {}
            # A request for one of ten thousand models looks at one key.
            return any(found.startswith(key) for found in [*objects]) if below else key in objects

    return exists


def object_kinds(account: str, region: str) -> Callable[[str], str]:
    """A function that gives the content type of the object at an `s3://bucket/key` URL, nothing
    where nobody said one."""

    def kind(url: str) -> str:
        parts = urlsplit(url, allow_fragments=False)
        with request_scope(account, region):
            bucket = s3._buckets.get(parts.netloc) or {"objects": {}}
            found = bucket["objects"].get(parts.path.removeprefix("/"), {})
        said = str(found.get("content_type", ""))
        return "" if said in _UNSAID else said

    return kind


def role_finder(account: str, region: str, service: str = _SERVICE) -> Callable[[str], bool]:
    """A function that says whether a role of that ARN is there and trusts SageMaker, or another
    service."""

    def trusts(arn: str) -> bool:
        with request_scope(account, region):
            role = iam._roles.get(arn.rsplit("/", 1)[-1])
        return role is not None and role["Arn"] == arn and _trusts(role, service)

    return trusts


def _trusts(role: Mapping[str, Any], service: str) -> bool:
    statements = json.loads(role["AssumeRolePolicyDocument"])["Statement"]
    principals = [
        statement.get("Principal")
        for statement in _listed(statements)
        if statement.get("Effect") == "Allow"
    ]
    return any(
        service in _listed(principal.get("Service"))
        for principal in principals
        if isinstance(principal, dict)
    )


def _listed(found: Any) -> Sequence[Any]:
    return found if isinstance(found, list) else [found]


def object_lister(account: str, region: str) -> Callable[[str], list[str]]:
    """A function that lists the URLs of all objects that begin with an `s3://bucket/prefix`."""

    def find(url: str) -> list[str]:
        parts = urlsplit(url, allow_fragments=False)
        prefix = parts.path.removeprefix("/")
        with request_scope(account, region):
            bucket = s3._buckets.get(parts.netloc)
            keys = sorted(bucket["objects"]) if bucket else []
        return [f"s3://{parts.netloc}/{key}" for key in keys if key.startswith(prefix)]

    return find


def object_writer(account: str, region: str) -> Callable[..., None]:
    """A function that puts an object into a bucket, as an upload would, events and all.

    It raises OSError when the bucket does not take it.
    """

    def write(bucket: str, key: str, body: bytes, kind: str = "binary/octet-stream") -> None:
        with request_scope(account, region):
            status, _, answer = s3._put_object(bucket, key, body, {"content-type": kind})
        if status >= HTTPStatus.BAD_REQUEST:
            raise OSError(f"S3 answered {status} to s3://{bucket}/{key}: {answer!r}")

    return write


def publisher(account: str, region: str) -> Callable[[str, str], None]:
    """A function that publishes a message to the SNS topic of that ARN.

    It raises OSError when the topic does not take it.
    """

    def publish(topic: str, message: str) -> None:
        with request_scope(account, region):
            status, _, answer = sns._publish({"TopicArn": [topic], "Message": [message]})
        if status >= HTTPStatus.BAD_REQUEST:
            raise OSError(f"SNS answered {status} for {topic}: {answer!r}")

    return publish


def log_writer(account: str, region: str) -> Callable[[str, str, Sequence[str]], None]:
    """A function that writes lines into a log stream, made with its group on first use, though
    there be no lines."""

    def write(group: str, stream: str, lines: Sequence[str]) -> None:
        names = {"logGroupName": group, "logStreamName": stream}
        with request_scope(account, region):
            if group not in cloudwatch_logs._log_groups:
                cloudwatch_logs._create_log_group({"logGroupName": group})
            if stream not in cloudwatch_logs._log_groups[group]["streams"]:
                cloudwatch_logs._create_log_stream(names)
            if lines:
                events = [{"message": line} for line in lines]
                cloudwatch_logs._put_log_events({**names, "logEvents": events})

    return write


def metrics_writer(account: str, region: str) -> Callable[[Iterable[Datum]], None]:
    """A function that stores SageMaker's metrics where CloudWatch's API finds them."""

    def write(data: Iterable[Datum]) -> None:
        with request_scope(account, region):
            for datum in data:
                dimensions = dict(datum.dimensions)
                cloudwatch._store_datum(
                    datum.namespace, datum.name, dimensions, datum.time, datum.unit, datum.value,
                    None, None, datum.statistics,
                )  # fmt: skip

    return write


def alarm_putter(account: str, region: str) -> Callable[[Mapping[str, Any]], None]:
    """A function that makes an alarm, as PutMetricAlarm takes it."""

    def put(alarm: Mapping[str, Any]) -> None:
        with request_scope(account, region):
            cloudwatch._put_metric_alarm({}, dict(alarm), is_cbor=False, is_json=True)

    return put


def alarm_deleter(account: str, region: str) -> Callable[[str], None]:
    """A function that deletes the alarm of that name, if it is there."""

    def delete(name: str) -> None:
        with request_scope(account, region):
            cloudwatch._delete_alarms({}, {"AlarmNames": [name]}, is_cbor=False, is_json=True)

    return delete


def alarm_reader(account: str, region: str) -> Callable[[str], bool]:
    """A function that says whether the alarm of that name is in state ALARM."""

    def rings(name: str) -> bool:
        with request_scope(account, region):
            alarm = cloudwatch._alarms.get(name) or cloudwatch._composite_alarms.get(name)
        return alarm is not None and alarm["StateValue"] == "ALARM"

    return rings
