"""Two ways to the service for the adapters: real boto3 clients, or none of botocore in between."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Any, Protocol

import boto3
from botocore import UNSIGNED
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from slipway_local.sagemaker import wire
from slipway_local.sagemaker.errors import Refusal
from slipway_local.sagemaker.inprocess import connect
from slipway_local.sagemaker.wire import Request, Response

Params = dict[str, Any]
Call = Callable[[str, Params], Params]


class Session(Protocol):
    """What the adapters need of a boto3 session."""

    def client(self, service: str, config: Config | None = None) -> Any:  # noqa: ANN401
        """The client of a service. What it tries again on its own is up to the gate."""
        ...


class BotoSession:
    """boto3's clients, with their serialisers, parsers and errors, on the service's HTTP."""

    def __init__(self, call: Call) -> None:
        _LINE.call = call

    def client(self, service: str, config: Config | None = None) -> BaseClient:
        del config
        return _boto_client(service)


class _Line:
    """Where the clients' requests go: a client takes long to make, so one serves all worlds."""

    call: Call

    def handle(self, request: Request) -> Response:
        return wire.handle(request, self.call)


_LINE = _Line()


@cache
def _boto_client(service: str) -> BaseClient:
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    client: BaseClient = boto3.Session(region_name="eu-west-1").client(service, config=config)  # type: ignore[call-overload]  # one of two names
    connect(client.meta.events, _LINE.handle)
    return client


class DirectSession:
    """A session whose clients call the service without botocore's serialisers in between."""

    def __init__(self, call: Callable[[str, Params], Params]) -> None:
        self._call = call

    def client(self, _service: str, config: Config | None = None) -> "DirectClient":
        del config  # there is nobody here who would try again
        return DirectClient(self._call)


class DirectClient:
    """A client with the methods, answers and errors that a boto3 client has."""

    def __init__(self, call: Callable[[str, Params], Params]) -> None:
        self._call = call

    def __getattr__(self, method: str) -> Callable[..., Params]:
        operation = "".join(word.capitalize() for word in method.split("_"))

        def call(**params: Any) -> Params:  # noqa: ANN401  API parameters
            try:
                return _parsed(self._call(operation, params))
            except Refusal as refusal:
                raise _client_error(refusal, operation) from refusal

        self.__dict__[method] = call
        return call


def _parsed(answer: Params) -> Params:
    """The types that botocore's parser makes of times and bodies."""
    times = {
        name: datetime.fromtimestamp(value, UTC)
        for name, value in answer.items()
        if name in ("CreationTime", "LastModifiedTime")
    }
    body = {"Body": BytesIO(answer["Body"])} if "Body" in answer else {}
    return {**answer, **times, **body}


def _client_error(refusal: Refusal, operation: str) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": refusal.code, "Message": refusal.message},
            "ResponseMetadata": {
                "HTTPStatusCode": refusal.status,
                "RequestId": "",
                "HostId": "",
                "HTTPHeaders": {},
                "RetryAttempts": 0,
            },
            **refusal.fields,  # type: ignore[typeddict-item]  # members of a modelled error
        },
        operation,
    )
