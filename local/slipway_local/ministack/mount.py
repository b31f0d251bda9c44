"""SageMaker as one more service of MiniStack's process, and our ECS in place of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from ministack import app
from ministack.core import iam_actions, router
from ministack.services import stepfunctions

from slipway_local.ministack.authorize import refusal
from slipway_local.sagemaker.wire import Handle, Request, Response

SERVICE = "sagemaker"
SCALING = "application-autoscaling"
TASKS = "ecs"
_THREADS = 32

_Answer = tuple[int, dict[str, str], bytes]
_Handler = Callable[[str, str, dict[str, str], bytes, Mapping[str, list[str]]], Awaitable[_Answer]]


Refuse = Callable[[Request], Response | None]


def mount(handle: Handle, *, auth: bool) -> None:
    """Answer requests signed for `sagemaker`, or for `application-autoscaling`, with `handle`,
    which may take its time.

    Both of SageMaker's APIs are signed alike: the control plane is told by its target header, the
    runtime by having none. With `auth` the caller's policies are enforced first.
    """
    app.SERVICE_HANDLERS[SERVICE] = _handler(SERVICE, handle, refusal if auth else _nothing)
    router.SERVICE_PATTERNS[SERVICE] = {
        "target_prefixes": ["SageMaker."],
        "host_patterns": [r"api\.sagemaker\.", r"runtime\.sagemaker\."],
    }
    app.SERVICE_HANDLERS[SCALING] = app.SERVICE_HANDLERS[SERVICE]
    router.SERVICE_PATTERNS[SCALING] = {
        "target_prefixes": ["AnyScaleFrontendService."],
        "host_patterns": [r"application-autoscaling\."],
    }
    _integrate_with_step_functions()


def mount_ecs(handle: Handle, refuse: Refuse, *, auth: bool) -> None:
    """Answer requests signed for `ecs` with `handle`, and no more with MiniStack's own."""
    app.SERVICE_HANDLERS[TASKS] = _handler(TASKS, handle, refuse if auth else _nothing)
    # MiniStack would check every action on the cluster first, whatever it is an action on.
    iam_actions.SERVICE_TO_IAM_NAMESPACE.pop(TASKS, None)


def _nothing(_: Request) -> None:
    """Everybody may do everything."""


def _handler(service: str, handle: Handle, refuse: Refuse) -> _Handler:
    # Threads of its own: an invocation may last a minute, and the functions that wait for it
    # hold threads of MiniStack's pool.
    threads = ThreadPoolExecutor(_THREADS, thread_name_prefix=service)

    async def answer(
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query: Mapping[str, list[str]],
    ) -> _Answer:
        single = {name: values[-1] for name, values in query.items()}
        request = Request(method, path, single, headers, body)
        response = refuse(request)
        if response is None:
            loop = asyncio.get_running_loop()
            response = await loop.run_in_executor(threads, handle, request)
        return response.status, _headers(request, response), response.body

    return answer


def _headers(request: Request, response: Response) -> dict[str, str]:
    # MiniStack rewrites the header it finds as "Content-Type" to the control plane's JSON type;
    # what a container answered must pass as it is.
    if "x-amz-target" in request.headers:
        return dict(response.headers)
    return {name.lower(): value for name, value in response.headers.items()}


def _integrate_with_step_functions() -> None:
    stepfunctions._AWS_SDK_SERVICE_MAP[SERVICE] = {"target_prefix": "SageMaker", "protocol": "json"}
    stepfunctions._AWS_SDK_ERROR_PREFIX[SERVICE] = "SageMaker"
    # Step Functions names errors as the AWS SDK for Java does.
    stepfunctions._AWS_SDK_ERROR_CODE_OVERRIDES[SERVICE] = {
        "ResourceInUse": "ResourceInUseException",
        "ResourceLimitExceeded": "ResourceLimitExceededException",
        "ResourceNotFound": "ResourceNotFoundException",
        "ValidationException": "SageMakerException",
    }
