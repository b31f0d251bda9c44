"""SageMaker with a clock that moves only when told: for tests and simulations.

cloud = Rehearsal(durations=Durations(creating=120), scripts={"s3://b/bad.tar.gz": Script(...)})
cloud.control.create_model(...)
cloud.pass_time(120)
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import inf
from random import Random
from typing import TYPE_CHECKING, Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.inprocess import connect
from slipway_local.sagemaker.scalables import Ringing
from slipway_local.sagemaker.scripted import JobScript, Script, ScriptedLauncher, ScriptedRunner
from slipway_local.sagemaker.service import SageMaker
from slipway_local.sagemaker.wire import Handle

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

    from slipway_local.sagemaker.events import Event
    from slipway_local.sagemaker.metrics import Datum

_UNSIGNED = Config(signature_version=UNSIGNED)
START = 1_700_000_000.0


class Clock:
    """Seconds since the epoch, as far as anyone here knows."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Rehearsal:
    """One account, scripted containers, real boto3 clients, and everything that was emitted.

    Two rehearsals with the same seed and the same calls answer the same.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        durations: Durations | None = None,
        quotas: Mapping[str, int] | None = None,
        scripts: Mapping[str, Script] | None = None,
        jobs: Mapping[str, JobScript] | None = None,
        has_object: Callable[[str], bool] = lambda _: True,
        has_role: Callable[[str], bool] = lambda _: True,
        image_trouble: Callable[[str], str] = lambda _: "",
    ) -> None:
        self.clock = Clock()
        self.events: list[Event] = []
        self.metrics: list[Datum] = []
        self.notices: list[tuple[str, str]] = []
        self.alarms: set[str] = set()
        self.made_alarms: dict[str, Mapping[str, Any]] = {}
        self.values: dict[str, float] = {}
        self.objects: dict[str, bytes] = {}
        self.kinds: dict[str, str] = {}
        self.logs: dict[tuple[str, str], list[str]] = {}
        self.launcher = ScriptedLauncher(self.clock, dict(scripts or {}))
        self.runner = ScriptedRunner(self.clock, dict(jobs or {}))
        self.service = SageMaker(
            self.launcher,
            clock=self.clock,
            random=Random(seed),  # noqa: S311  routing by chance, no secret
            emit=self.events.append,
            put_metrics=self.metrics.extend,
            put_object=self._put,
            put_log=lambda group, stream, lines: self.logs.setdefault((group, stream), []).extend(
                lines
            ),
            has_object=has_object,
            has_role=has_role,
            image_trouble=image_trouble,
            read_object=self._read,
            object_kind=lambda url: self.kinds.get(url, ""),
            publish=lambda topic, message: self.notices.append((topic, message)),
            find_objects=lambda place: [url for url in self.objects if url.startswith(place)],
            runner=self.runner,
            in_alarm=self.alarms.__contains__,
            put_alarm=lambda alarm: self.made_alarms.update({alarm["AlarmName"]: alarm}),
            delete_alarm=self._delete_alarm,
            ringing=self._ringing,
            durations=durations,
            quotas=quotas,
        )
        self.control, self.runtime = clients(self.service.handle)
        self.scaling = _session().client("application-autoscaling", config=_UNSIGNED)
        connect(self.scaling.meta.events, self.service.handle)

    def pass_time(self, seconds: float) -> None:
        """Move the clock, stopping wherever something is due."""
        end = self.clock.now + seconds
        while (due := self._next()) <= end:
            self.clock.now = due
            self.service.tick()
        self.clock.now = end
        self.service.tick()

    def _delete_alarm(self, name: str) -> None:
        self.made_alarms.pop(name, None)

    def _ringing(self, action: str) -> Sequence[Ringing]:
        """The alarms that a test has put into ALARM, with the values that it gave them."""
        return [
            Ringing(name, self.values.get(name, 0.0), alarm["Threshold"])
            for name, alarm in self.made_alarms.items()
            if name in self.alarms and action in alarm["AlarmActions"]
        ]

    def _put(self, bucket: str, key: str, body: bytes, kind: str = "") -> None:
        self.objects[f"s3://{bucket}/{key}"] = body
        self.kinds[f"s3://{bucket}/{key}"] = kind

    def _read(self, url: str) -> bytes:
        if url not in self.objects:
            raise FileNotFoundError(f"No object at {url}.")
        return self.objects[url]

    def _next(self) -> float:
        changes = (self.launcher.next_change(), self.runner.next_change())
        return min(time for time in (self.service.next_due(), *changes, inf) if time is not None)


def clients(handle: Handle) -> "tuple[SageMakerClient, SageMakerRuntimeClient]":
    """A control-plane and a runtime client whose calls `handle` answers.

    They do not sign: nothing leaves the process, and a signature costs a fifth of a call.
    """
    control = _session().client("sagemaker", config=_UNSIGNED)
    runtime = _session().client("sagemaker-runtime", config=_UNSIGNED)
    connect(control.meta.events, handle)
    connect(runtime.meta.events, handle)
    return control, runtime


@cache
def _session() -> boto3.Session:
    """One for all: it keeps the service models, which take long to read."""
    return boto3.Session(region_name="us-east-1")
