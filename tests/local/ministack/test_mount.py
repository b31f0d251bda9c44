"""SageMaker as a service of MiniStack's process."""

import asyncio
import threading
from typing import Any

import pytest
from ministack import app
from slipway_local.ministack.mount import mount
from slipway_local.sagemaker.wire import Request, Response


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """MiniStack's table of services, as it was, after the test."""
    monkeypatch.setattr(app, "SERVICE_HANDLERS", dict(app.SERVICE_HANDLERS))


@pytest.mark.usefixtures("tables")
def test_slow_invocations_run_side_by_side() -> None:
    together = threading.Barrier(3)

    def handle(_: Request) -> Response:
        together.wait(timeout=10)
        return Response(200, {}, b"")

    mount(handle, auth=False)
    assert asyncio.run(_ask(3)) == [(200, {}, b"")] * 3


@pytest.mark.usefixtures("tables")
def test_a_handler_sees_the_request_and_its_headers_are_kept() -> None:
    seen: list[Request] = []

    def handle(request: Request) -> Response:
        seen.append(request)
        return Response(200, {"Content-Type": "application/json"}, b"{}")

    mount(handle, auth=False)
    [(_, headers, _)] = asyncio.run(_ask(1))
    assert headers == {"content-type": "application/json"}
    assert seen == [
        Request("POST", "/endpoints/e/invocations", {"q": "2"}, {"content-type": "text/csv"}, b"1")
    ]


async def _ask(times: int) -> list[Any]:
    handler = app.SERVICE_HANDLERS["sagemaker"]
    headers = {"content-type": "text/csv"}
    call = ("POST", "/endpoints/e/invocations", headers, b"1", {"q": ["1", "2"]})
    return await asyncio.gather(*(handler(*call) for _ in range(times)))
