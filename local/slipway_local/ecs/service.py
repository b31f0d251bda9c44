"""ECS, embedded: clusters, task definitions, tasks and services of one account in one region."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from slipway_local.ecs import (
    clusters,
    definitions,
    lifecycle,
    scheduling,
    services,
    stopping,
    tags,
    tasks,
    wire,
)
from slipway_local.ecs.account import Account, Operations, Params
from slipway_local.ecs.errors import unsupported
from slipway_local.ecs.running import Runner
from slipway_local.sagemaker.events import Event
from slipway_local.sagemaker.wire import Request, Response

_OPERATIONS: Operations = {
    **clusters.OPERATIONS,
    **definitions.OPERATIONS,
    **tasks.OPERATIONS,
    **services.OPERATIONS,
    **tags.OPERATIONS,
}


def operations() -> Sequence[str]:
    """What is executed."""
    return sorted(_OPERATIONS)


def _drop(_: object) -> None:
    """Nobody listens."""


def _unprinted(_group: str, _stream: str, _lines: Sequence[str]) -> None:
    """There are no logs."""


def _there(_: str) -> bool:
    """Every role and every log group is taken to be there."""
    return True


def _untold(_: str) -> str | None:
    """There are no secrets."""
    return None


def _nobody(_role: str | None, _task: str) -> Mapping[str, str]:
    """Containers act as nobody."""
    return {}


def _allowed(_role: str, _action: str, _resource: str) -> bool:
    """Every role may do everything."""
    return True


def _unplugged(_interface: str, _address: str, _asked: Params) -> None:
    """There is no EC2."""


def _silent(_: str) -> bool:
    """No alarm is ringing."""
    return False


class ECS:
    """The service. All it knows of time, chance and the world is handed to it.

    It has no thread: what is due happens at the next call or `tick`. Events are handed out, and
    what containers print goes to `put_log(group, stream, lines)`, after the lock is released.
    `has_role(arn)` says whether ECS tasks may assume the role, `has_group(name)` whether a log
    group is there, `secret(source)` what a secret's valueFrom names, `credentials(role, task)` by
    which variables a task acts in its role, and `may(role, action, resource)` whether a role may.
    `plug(interface, address, awsvpcConfiguration)` and `unplug(interface)` tell EC2 of a task's
    network interface; `in_alarm(name)` says whether an alarm rings. `second` is how long one lasts
    here, `least` the least that a process is waited for.
    """

    def __init__(
        self,
        runner: Runner,
        *,
        clock: Callable[[], float],
        random: Random,
        emit: Callable[[Event], None] = _drop,
        put_log: Callable[[str, str, Sequence[str]], None] = _unprinted,
        has_role: Callable[[str], bool] = _there,
        has_group: Callable[[str], bool] = _there,
        secret: Callable[[str], str | None] = _untold,
        credentials: Callable[[str | None, str], Mapping[str, str]] = _nobody,
        may: Callable[[str, str, str], bool] = _allowed,
        plug: Callable[[str, str, Params], None] = _unplugged,
        unplug: Callable[[str], None] = _drop,
        in_alarm: Callable[[str], bool] = _silent,
        second: float = 1.0,
        least: float = 0.0,
        account_id: str = "000000000000",
        region: str = "us-east-1",
    ) -> None:
        self._requests = count(1)
        self._emit, self._put_log = emit, put_log
        self.account = Account(
            id=account_id,
            region=region,
            clock=clock,
            random=random,
            runner=runner,
            has_role=has_role,
            has_group=has_group,
            secret=secret,
            credentials=credentials,
            may=may,
            plug=plug,
            unplug=unplug,
            in_alarm=in_alarm,
            second=second,
            least=least,
        )

    def handle(self, request: Request) -> Response:
        """Answer one HTTP request; never raises for anything a request says."""
        response = wire.handle(request, self.call)
        headers = {**response.headers, "x-amzn-requestid": str(UUID(int=next(self._requests)))}
        return Response(response.status, headers, response.body)

    def call(self, operation: str, params: Params) -> Any:  # noqa: ANN401 - JSON
        """Run one operation on parameters that the service model has checked.

        Raises Refusal for everything ECS would answer with an error.
        """
        run = _OPERATIONS.get(operation)
        if run is None:
            raise unsupported(operation)
        try:
            with self.account.lock:
                return run(self.account, params)
        finally:
            self._deliver()

    def tick(self) -> None:
        """Let everything that is due happen."""
        with self.account.lock:
            scheduling.advance(self.account)
            lifecycle.advance(self.account)
        self._deliver()

    def close(self) -> None:
        """Say of all tasks that they end: the service does, and what runs them."""
        with self.account.lock:
            stopping.end_with_cloud(self.account)
        self._deliver()

    def _deliver(self) -> None:
        with self.account.lock:
            news, printed = self.account.take()
        for group, stream, lines in printed:
            self._put_log(group, stream, lines)
        for event in news:
            self._emit(event)
