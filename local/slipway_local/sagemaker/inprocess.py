"""Real boto3 clients on the in-process service, without a socket.

botocore's `before-send` event may answer a request in the network's stead: serialisation,
signing, retries and parsing stay botocore's own.
"""

from io import BytesIO
from typing import IO, Any
from urllib.parse import parse_qsl, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.hooks import BaseEventHooks

from slipway_local.sagemaker.wire import Handle, Request


def connect(emitter: BaseEventHooks, handle: Handle) -> None:
    """Answer all calls to SageMaker, or to ECS, with `handle`.

    `emitter` is `session.events` (before its clients are made) or `client.meta.events`; `handle`
    is `SageMaker.handle` or something wrapped around it.
    """

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        response = handle(_request(request))
        headers = HTTPHeaders.from_pairs(response.headers.items())
        return AWSResponse(request.url, response.status, headers, _Raw(response.body))

    handler: Any = answer  # the hooks' type says that a handler returns nothing
    for service in ("sagemaker", "sagemaker-runtime", "application-auto-scaling", "ecs"):
        emitter.register(f"before-send.{service}", handler)


class _Raw(BytesIO):
    """The part of a urllib3 response that botocore reads."""

    def stream(self) -> list[bytes]:
        return [self.read()]


def _request(sent: AWSPreparedRequest) -> Request:
    url = urlsplit(sent.url)
    return Request(
        method=sent.method,
        path=url.path,
        query=dict(parse_qsl(url.query)) if url.query else {},
        headers={name.lower(): _text(value) for name, value in sent.headers.items()},
        body=_bytes(sent.body),
    )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _bytes(body: str | bytes | bytearray | IO[bytes] | IO[str] | None) -> bytes:
    if body is None:
        return b""
    content = body if isinstance(body, str | bytes | bytearray) else body.read()
    return content.encode() if isinstance(content, str) else bytes(content)
