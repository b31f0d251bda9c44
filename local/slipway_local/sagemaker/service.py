"""SageMaker, embedded: the control plane and the runtime of one account in one region, and
Application Auto Scaling as far as it scales endpoints."""

import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from slipway_local.sagemaker import (
    asynchronous,
    configs,
    definitions,
    deployments,
    endpoints,
    executions,
    groups,
    models,
    packages,
    processing,
    runtime,
    scaling,
    scaling_actions,
    schedules,
    tags,
    transform,
    utilization,
    wire,
)
from slipway_local.sagemaker.account import Account, Durations
from slipway_local.sagemaker.captures import File
from slipway_local.sagemaker.errors import unsupported
from slipway_local.sagemaker.events import Event
from slipway_local.sagemaker.jobs import Ending, Job, Runner
from slipway_local.sagemaker.logs import Logs, Write
from slipway_local.sagemaker.metrics import Datum
from slipway_local.sagemaker.operations import Operations, Params
from slipway_local.sagemaker.scalables import Ringing
from slipway_local.sagemaker.serving import Launcher
from slipway_local.sagemaker.wire import Request, Response

_CONTROL: Operations = {
    **models.OPERATIONS,
    **configs.OPERATIONS,
    **endpoints.OPERATIONS,
    **groups.OPERATIONS,
    **packages.OPERATIONS,
    **processing.OPERATIONS,
    **transform.OPERATIONS,
    **definitions.OPERATIONS,
    **schedules.OPERATIONS,
    **executions.OPERATIONS,
    **tags.OPERATIONS,
}
_SCALING: Operations = scaling.OPERATIONS
_RUNTIME: Operations = {**runtime.OPERATIONS, **asynchronous.OPERATIONS}
_LOG = logging.getLogger(__name__)


def operations() -> Mapping[str, Sequence[str]]:
    """What is executed, by API."""
    return {
        "sagemaker": sorted(_CONTROL),
        "sagemaker-runtime": sorted(_RUNTIME),
        "application-autoscaling": sorted(_SCALING),
    }


def _drop(_: object) -> None:
    """Nobody listens."""


def _discard(_bucket: str, _key: str, _body: bytes, _kind: str = "") -> None:
    """There is no S3."""


def _found(_: str) -> bool:
    """Whatever a model needs is taken to be there."""
    return True


def _silent(_: str) -> bool:
    """No alarm is ringing."""
    return False


def _none(_: str) -> Sequence[str]:
    """There are no objects."""
    return ()


def _empty(url: str) -> bytes:
    raise FileNotFoundError(f"No object at {url}.")


def _untold(_: str) -> str:
    """No object says its content type, and no image why it is not served."""
    return ""


def _unmade(_: Mapping[str, Any] | str) -> None:
    """There are no alarms."""


def _quiet(_: str) -> Sequence[Ringing]:
    """No alarm rings."""
    return ()


def _unprinted(_group: str, _stream: str, _lines: Sequence[str]) -> None:
    """There are no logs."""


def _unheard(_topic: str, _message: str) -> None:
    """Nobody subscribed."""


def _at_once(work: Callable[[], None]) -> None:
    work()


class _NoRunner:
    """Nothing runs processing jobs: each fails at once, and says so."""

    def run(self, job: Job) -> "_NoRunner":
        del job
        return self

    def began(self) -> bool:
        return False

    def ending(self) -> Ending:
        return Ending(failure="ClientError: no processing jobs are run here")

    def stop(self) -> None:
        """It has ended."""


class SageMaker:
    """The service. All it knows of time, chance and the world is handed to it.

    It has no thread: what is due happens at the next call or `tick`. Events and metrics are
    handed out after the lock is released, so a listener may call the service back. Captured
    requests are written with `put_object(bucket, key, body[, type])`, by `tick` alone. So is what
    asynchronous endpoints answer, by the work that is given to `background`, which also tells
    topics with `publish(topic, message)`. `read_object(url)` raises FileNotFoundError;
    `object_kind(url)` is the object's content type, or nothing.
    What containers print goes to `put_log(group, stream, lines)`, by `tick`, too.
    `has_object(url)` says whether an s3:// URL names an object or, where it ends with a slash,
    has any below it; `find_objects(url)` lists the URLs that begin with it. `has_role(arn)` says
    whether SageMaker may assume the role, `image_trouble(image)` why no container of that image is
    started here, and nothing where one is. `runner` runs processing jobs. Scaling policies make
    alarms with `put_alarm`, as PutMetricAlarm takes them; `ringing(policy_arn)` tells of those
    in the state ALARM whose action the policy is.
    """

    def __init__(
        self,
        launcher: Launcher,
        *,
        clock: Callable[[], float],
        random: Random,
        emit: Callable[[Event], None] = _drop,
        put_metrics: Callable[[Sequence[Datum]], None] = _drop,
        put_object: Callable[..., None] = _discard,
        has_object: Callable[[str], bool] = _found,
        has_role: Callable[[str], bool] = _found,
        image_trouble: Callable[[str], str] = _untold,
        find_objects: Callable[[str], Sequence[str]] = _none,
        read_object: Callable[[str], bytes] = _empty,
        object_kind: Callable[[str], str] = _untold,
        publish: Callable[[str, str], None] = _unheard,
        put_log: Write | None = None,
        background: Callable[[Callable[[], None]], None] = _at_once,
        runner: Runner | None = None,
        in_alarm: Callable[[str], bool] = _silent,
        put_alarm: Callable[[Mapping[str, Any]], None] = _unmade,
        delete_alarm: Callable[[str], None] = _unmade,
        ringing: Callable[[str], Sequence[Ringing]] = _quiet,
        durations: Durations | None = None,
        quotas: Mapping[str, int] | None = None,
        account_id: str = "000000000000",
        region: str = "us-east-1",
    ) -> None:
        self._requests = count(1)
        self._emit = emit
        self._put_metrics = put_metrics
        self._put_object = put_object
        self._logs = Logs(put_log)
        self.account = Account(
            id=account_id,
            region=region,
            clock=clock,
            launcher=launcher,
            durations=durations or Durations(),
            quotas=dict(quotas or {}),
            random=random,
            in_alarm=in_alarm,
            has_object=has_object,
            has_role=has_role,
            image_trouble=image_trouble,
            runner=runner or _NoRunner(),
            find_objects=find_objects,
            read_object=read_object,
            object_kind=object_kind,
            put_object=put_object,
            put_log=put_log or _unprinted,
            publish=publish,
            background=background,
            put_alarm=put_alarm,
            delete_alarm=delete_alarm,
            ringing=ringing,
        )

    def handle(self, request: Request) -> Response:
        """Answer one HTTP request; never raises for anything a request says."""
        response = wire.handle(request, self.call)
        # In lower case, so that whoever serves this and gives ids of its own finds it.
        headers = {**response.headers, "x-amzn-requestid": str(UUID(int=next(self._requests)))}
        return Response(response.status, headers, response.body)

    def call(self, operation: str, params: Params) -> Params:
        """Run one operation on parameters that the service model has checked.

        Raises Refusal for everything SageMaker would answer with an error.
        """
        try:
            if operation in _RUNTIME:
                return _RUNTIME[operation](self.account, params)
            run = _CONTROL.get(operation) or _SCALING.get(operation)
            if run is None:
                raise unsupported(operation)
            with self.account.lock:
                self._advance()
                return run(self.account, params)
        finally:
            self._deliver()

    def tick(self) -> None:
        """Let everything that is due happen."""
        with self.account.lock:
            self._advance()
        utilization.measure(self.account)
        self._deliver()
        self._store_captures()
        self._logs.ship()

    def flush(self) -> None:
        """Write what was captured so far, due or not: the service ends."""
        with self.account.lock:
            self.account.captures.close_all()
        self._store_captures()

    def next_due(self) -> float | None:
        """When, by the service's clock, a status is due to end, a capture file to be written or a
        schedule to run, whichever is next; None when nothing is.

        A container that is being waited for may change things at any time before.
        """
        with self.account.lock:
            now = self.account.clock()
            dues = [endpoint.due for endpoint in self.account.moving.values()]
            for each in (processing, transform, schedules):
                dues += each.next_due(self.account)
            captured = self.account.captures.next_due()
        return min(
            (due for due in (*dues, captured) if due is not None and due > now), default=None
        )

    def start_maintenance(self, endpoint_name: str, duration: float) -> None:
        """Put an endpoint that is InService into SystemUpdating for `duration` seconds, as AWS
        does when it pleases."""
        with self.account.lock:
            self._advance()
            deployments.maintain(
                self.account, endpoints.find(self.account, endpoint_name), duration
            )
        self._deliver()

    def _advance(self) -> None:
        account = self.account
        self._logs.notice(account.endpoints.values(), account.transforms.values())
        deployments.advance(self.account)
        asynchronous.advance(self.account)
        scaling_actions.advance(self.account)
        processing.advance(self.account)
        transform.advance(self.account)
        schedules.advance(self.account)

    def _deliver(self) -> None:
        events, metrics = self.account.take()
        for event in events:
            self._emit(event)
        if metrics:
            self._put_metrics(metrics)

    def _store_captures(self) -> None:
        with self.account.lock:
            captured = self.account.captures.take(self.account.clock())
        for file in captured:
            self._store(file)

    def _store(self, file: File) -> None:
        bucket, key = file.location()
        try:
            self._put_object(bucket, key, file.content())
        except Exception as error:  # noqa: BLE001 - whatever S3 has, the next try may succeed
            _LOG.warning("Captured requests wait: s3://%s/%s was refused: %s", bucket, key, error)
            with self.account.lock:
                due = self.account.clock() + self.account.durations.capturing
                self.account.captures.put_back(file, due)
