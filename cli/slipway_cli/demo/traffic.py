"""Clients that ask an endpoint all the time, and count what it answers."""

import threading
import time
from dataclasses import dataclass, field
from statistics import quantiles
from types import TracebackType
from typing import Any, Self

from botocore.config import Config

from slipway_cli.stack import Stack

CLIENTS = 4
PAUSE = 0.01
# A failure that a retry would hide is a failure.
ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=60)


@dataclass(frozen=True, slots=True)
class Answer:
    """One request: when it began, in seconds since the traffic did, how long it took, what came."""

    began: float
    took: float
    body: str
    failure: str = ""


@dataclass(slots=True)
class Traffic:
    """Asks while the block lasts, from four threads, with plain boto3 and no retries."""

    stack: Stack
    endpoint: str
    body: bytes
    answers: list[Answer] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _began: float = 0.0

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        for _ in range(CLIENTS):
            client = self.stack.session.client("sagemaker-runtime", config=ONCE)
            self._threads.append(threading.Thread(target=self._ask, args=(client,), daemon=True))
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    @property
    def failures(self) -> list[Answer]:
        """The requests that were not answered with a prediction."""
        return [answer for answer in self.answers if answer.failure]

    def summary(self) -> str:
        """How many were asked, how many failed, and how long the answers took."""
        cuts = quantiles((answer.took * 1000 for answer in self.answers), n=100)
        return (
            f"{len(self.answers):,} requests from {CLIENTS} clients, {len(self.failures)} failed; "
            f"median {cuts[49]:.0f} ms, 99th percentile {cuts[98]:.0f} ms"
        )

    def _ask(self, client: Any) -> None:  # noqa: ANN401 - boto3 names the types at the call
        while not self._ended.wait(PAUSE):
            began = time.monotonic()
            body, failure = self._answer(client)
            took = time.monotonic() - began
            self.answers.append(Answer(began - self._began, took, body, failure))

    def _answer(self, client: Any) -> tuple[str, str]:  # noqa: ANN401
        try:
            reply = client.invoke_endpoint(
                EndpointName=self.endpoint,
                Body=self.body,
                ContentType="text/csv",
                Accept="text/csv",
            )
            return reply["Body"].read().decode(), ""
        except Exception as error:  # noqa: BLE001 - whatever it is, this request failed
            return "", f"{type(error).__name__}: {error}"
