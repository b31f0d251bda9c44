"""InvokeEndpoint: choose a variant, pass the request through its containers, count it."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from slipway_local.sagemaker import captures, chain, deployments, metrics, multi_model, routes
from slipway_local.sagemaker.account import Account
from slipway_local.sagemaker.captures import Exchange, Payload
from slipway_local.sagemaker.errors import (
    Refusal,
    bad_request,
    model_error,
    throttled,
    timed_out,
    unavailable,
)
from slipway_local.sagemaker.metrics import Datum
from slipway_local.sagemaker.operations import Operations, Params
from slipway_local.sagemaker.routes import Route, Stage
from slipway_local.sagemaker.serving import Invocation, Reply, ServerGone

TIMEOUT = 60.0

# Members of the request that reach the container, by the header they travel in.
_FORWARDED = {
    "ContentType": "Content-Type",
    "Accept": "Accept",
    "CustomAttributes": "X-Amzn-SageMaker-Custom-Attributes",
    "TargetModel": "X-Amzn-SageMaker-Target-Model",
    "InferenceId": "X-Amzn-SageMaker-Inference-Id",
}


@dataclass(slots=True)
class Timing:
    """When a request came in, when the containers were asked, and how long models loaded."""

    began: float
    asked: float = 0.0
    loading: float = 0.0


def invoke_endpoint(account: Account, params: Params) -> Params:
    """Raises Refusal."""
    _check_synchronous(account, params)
    return serve(account, params, TIMEOUT)


def _check_synchronous(account: Account, params: Params) -> None:
    with account.lock:
        endpoint = account.endpoints.get(account.arn("endpoint", params["EndpointName"]))
        fleet = endpoint.fleet if endpoint else None
        if fleet is not None and "AsyncInferenceConfig" in fleet.config:
            raise bad_request(
                f"Endpoint {params['EndpointName']} is an asynchronous endpoint: use "
                "InvokeEndpointAsync."
            )


def serve(account: Account, params: Params, timeout: float) -> Params:
    """Runs without the account's lock while the containers work. Raises Refusal."""
    timing = Timing(account.clock())
    with account.lock:
        deployments.advance(account)
        route = routes.find(account, params)
        if route.variant.busy():
            raise throttled()
        _enter(route)
        copies = [
            replace(route, variant=shadow)
            for shadow in route.fleet.mirrors(route.variant, account.random)
        ]
        for copy in copies:
            _enter(copy)
    for copy in copies:
        account.background(partial(_mirror, account, copy, params, timeout))
    return _serve_on(account, route, params, timing, timeout)


def _enter(route: Route) -> None:
    route.variant.in_flight += 1
    route.fleet.enter()


def _mirror(account: Account, route: Route, params: Params, timeout: float) -> None:
    """Ask a shadow, whose answer nobody waits for: it is counted and captured."""
    with suppress(Refusal):
        _serve_on(account, route, params, Timing(account.clock()), timeout)


def _serve_on(
    account: Account, route: Route, params: Params, timing: Timing, timeout: float
) -> Params:
    timing.asked = account.clock()
    status = 500
    try:
        reply = _ask(account, route, params, timing, timeout)
        status = reply.status
    except Refusal as refusal:
        status = refusal.fields.get("OriginalStatusCode") or refusal.status
        raise
    finally:
        _leave(account, route, status, timing)
    answer = _answer(route, reply)
    _capture(account, route, params, answer)
    return answer


def _leave(account: Account, route: Route, status: int, timing: Timing) -> None:
    answered = account.clock()
    model = answered - timing.asked - timing.loading
    data = metrics.invocation(
        route.endpoint,
        route.variant.name,
        status=status,
        model_us=model * 1e6,
        overhead_us=(answered - timing.began - model) * 1e6,
        instances=route.variant.instances,
        time=answered,
    )
    with account.lock:
        account.metrics.extend([*data, *_concurrency(route, answered)])
        route.variant.in_flight -= 1
        route.fleet.leave()


def _concurrency(route: Route, time: float) -> Iterator[Datum]:
    variant = route.variant
    provisioned = (variant.serverless or {}).get("ProvisionedConcurrency", 0)
    if provisioned:
        share = variant.in_flight / provisioned
        yield metrics.concurrency(route.endpoint, variant.name, share=share, time=time)


def _ask(account: Account, route: Route, params: Params, timing: Timing, timeout: float) -> Reply:
    """Pass the request through the variant's containers, one after the other."""
    headers: Mapping[str, str] = {
        header: params[name] for name, header in _FORWARDED.items() if name in params
    }
    reply = Reply(200, {}, params.get("Body", b""))
    target = params.get("TargetModel", "")
    stages = routes.stages(route.variant, params.get("TargetContainerHostname"))
    for number, stage in enumerate(stages, start=1):
        try:
            timing.loading += multi_model.load(account, route, stage, target, timeout)
            invocation = Invocation(reply.body, chain.told(headers, last=number == len(stages)))
            reply = _ask_one(account, route, stage, invocation, target, timeout)
            multi_model.release(account, route, stage, target)
        except ServerGone as error:
            with account.lock:
                if not route.fleet.retired:
                    route.variant.restart(stage.server, account.launcher)
            raise unavailable() from error
        headers = chain.after(headers, reply)
    return reply


def _ask_one(
    account: Account,
    route: Route,
    stage: Stage,
    invocation: Invocation,
    target: str,
    timeout: float,
) -> Reply:
    try:
        reply = multi_model.invoke(account, route, stage, invocation, target, timeout)
    except TimeoutError as error:
        raise timed_out(route.log, stage.label) from error
    if reply.status >= 400:
        text = reply.body.decode("utf-8", "replace")
        raise model_error(route.log, reply.status, stage.label, text)
    return reply


def _answer(route: Route, reply: Reply) -> Params:
    headers = {name.lower(): value for name, value in reply.headers.items()}
    answer: Params = {"Body": reply.body, "InvokedProductionVariant": route.variant.name}
    if "content-type" in headers:
        answer["ContentType"] = headers["content-type"]
    attributes = headers.get("x-amzn-sagemaker-custom-attributes")
    if attributes is not None:
        answer["CustomAttributes"] = attributes
    return answer


def _capture(account: Account, route: Route, params: Params, answer: Params) -> None:
    """Serverless variants are not captured, whatever the configuration says."""
    config = route.fleet.capture
    with account.lock:
        serverless = route.variant.instances is None
        if config is None or serverless or not captures.sampled(config, account.random):
            return
        now = account.clock()
        exchange = Exchange(
            id=captures.fresh_id(account.random),
            time=now,
            config=config,
            sent=Payload(params.get("Body", b""), params.get("ContentType", "")),
            answered=Payload(answer["Body"], answer.get("ContentType", "")),
            custom_attributes=params.get("CustomAttributes"),
            inference_id=params.get("InferenceId"),
        )
        due = now + account.durations.capturing
        account.captures.note(route.endpoint, route.variant.name, exchange, due, account.random)


OPERATIONS: Operations = {
    "InvokeEndpoint": invoke_endpoint,
    # The answer is told in parts when the container has given the whole of it.
    "InvokeEndpointWithResponseStream": invoke_endpoint,
}
