"""InvokeEndpoint: choose a variant, pass the request through its containers, count it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slipway_local.sagemaker import captures, deployments, metrics
from slipway_local.sagemaker.account import Account
from slipway_local.sagemaker.captures import Exchange, Payload
from slipway_local.sagemaker.errors import Refusal
from slipway_local.sagemaker.fleets import Fleet, Variant
from slipway_local.sagemaker.operations import Operations, Params
from slipway_local.sagemaker.serving import Invocation, Reply, Server, ServerGone

MAX_SERVERLESS_BODY = 4 * 1024 * 1024
TIMEOUT = 60.0

# Members of the request that reach the container, by the header they travel in.
_FORWARDED = {
    "ContentType": "Content-Type",
    "Accept": "Accept",
    "CustomAttributes": "X-Amzn-SageMaker-Custom-Attributes",
    "TargetModel": "X-Amzn-SageMaker-Target-Model",
    "InferenceId": "X-Amzn-SageMaker-Inference-Id",
}


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes."""

    endpoint: str
    fleet: Fleet
    variant: Variant


def invoke_endpoint(account: Account, params: Params) -> Params:
    """Runs without the account's lock while the containers work."""
    began = account.clock()
    body = params.get("Body", b"")
    with account.lock:
        deployments.advance(account)
        route = _route(account, params)
        route.fleet.enter()
    asked = account.clock()
    status = 500
    try:
        reply = _ask(account, route, params, body)
        status = reply.status
    except Refusal as refusal:
        status = refusal.fields.get("OriginalStatusCode") or refusal.status
        raise
    finally:
        answered = account.clock()
        with account.lock:
            route.fleet.leave()
            account.metrics.extend(
                metrics.invocation(
                    route.endpoint,
                    route.variant.name,
                    status=status,
                    model_us=(answered - asked) * 1e6,
                    overhead_us=(asked - began) * 1e6,
                    time=answered,
                )
            )
    answer = _answer(route, reply)
    _capture(account, route, params, answer)
    return answer


def _route(account: Account, params: Params) -> Route:
    name = params["EndpointName"]
    endpoint = account.endpoints.get(account.arn("endpoint", name))
    # The runtime, unlike the control plane, wants the name's exact case.
    fleet = endpoint.serving(account.random) if endpoint and endpoint.name == name else None
    if fleet is None:
        raise _validation(f"Endpoint {name} of account {account.id} not found.")
    target = params.get("TargetVariant")
    variant = fleet.variant(target) if target else fleet.choose(account.random)
    if variant is None:
        raise _validation(f"Variant {target} not found for endpoint {name}.")
    if variant.instances is None and len(params.get("Body", b"")) > MAX_SERVERLESS_BODY:
        raise _validation(f"Request to endpoint {name} has oversize body.")
    return Route(name, fleet, variant)


def _ask(account: Account, route: Route, params: Params, body: bytes) -> Reply:
    """Pass the request through the variant's containers, one after the other."""
    headers = {header: params[name] for name, header in _FORWARDED.items() if name in params}
    reply = Reply(200, {}, body)
    for server, label in _chain(route.variant, params.get("TargetContainerHostname")):
        reply = _ask_one(account, route, server, Invocation(reply.body, headers), label)
        headers = {**headers, **_content_type(reply.headers)}
    return reply


def _chain(variant: Variant, hostname: str | None) -> Sequence[tuple[Server, str]]:
    """The servers to ask, each with the name that error messages give its container."""
    containers = variant.program.containers
    if len(containers) == 1:
        return [(variant.servers[0], "primary")]
    labels = [c.hostname or f"container-{n}" for n, c in enumerate(containers, start=1)]
    chain = list(zip(variant.servers, labels, strict=True))
    if not variant.program.direct:
        return chain
    chosen = [(server, label) for server, label in chain if label == hostname]
    if not chosen:
        raise _validation(f"Direct invocation needs TargetContainerHostname, one of {labels}.")
    return chosen


def _ask_one(
    account: Account, route: Route, server: Server, invocation: Invocation, label: str
) -> Reply:
    try:
        reply = server.invoke(invocation, timeout=TIMEOUT)
    except TimeoutError as error:
        raise _model_error(account, route, 0, label, _timed_out(label)) from error
    except ServerGone as error:
        with account.lock:
            if not route.fleet.retired:
                route.variant.restart(server, account.launcher)
        raise Refusal("ServiceUnavailable", "The service is unavailable.", status=503) from error
    if reply.status >= 400:
        text = reply.body.decode("utf-8", "replace")
        raise _model_error(account, route, reply.status, label, text)
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


def _content_type(headers: Mapping[str, str]) -> dict[str, str]:
    kinds = [value for name, value in headers.items() if name.lower() == "content-type"]
    return {"Content-Type": kinds[0]} if kinds else {}


def _validation(message: str) -> Refusal:
    return Refusal("ValidationError", message)


def _timed_out(label: str) -> str:
    return (
        f"Your invocation timed out while waiting for a response from container {label}. Review "
        "the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try "
        "again."
    )


def _model_error(account: Account, route: Route, status: int, label: str, text: str) -> Refusal:
    kind = "client" if 400 <= status < 500 else "server"
    group = f"/aws/sagemaker/Endpoints/{route.endpoint}"
    region = account.region
    message = (
        f'Received {kind} error ({status}) from {label} with message "{text}". See '
        f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
        f"#logEventViewer:group={group} in account {account.id} for more information."
    )
    fields = {
        "OriginalStatusCode": status,
        "OriginalMessage": text,
        "LogStreamArn": f"arn:aws:logs:{region}:{account.id}:log-group:{group}",
    }
    return Refusal("ModelError", message, status=424, fields=fields)


OPERATIONS: Operations = {"InvokeEndpoint": invoke_endpoint}
