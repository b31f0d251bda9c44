"""Where a request goes: which fleet, which variant, which of its containers."""

from collections.abc import Sequence
from dataclasses import dataclass

from slipway_local.sagemaker.account import Account
from slipway_local.sagemaker.captures import fresh_id
from slipway_local.sagemaker.errors import bad_request
from slipway_local.sagemaker.fleets import Fleet, Program, Variant
from slipway_local.sagemaker.operations import Params
from slipway_local.sagemaker.serving import Container, Server

MAX_SERVERLESS_BODY = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Route:
    """The variant that takes a request; `log` is the ARN of the endpoint's log group."""

    endpoint: str
    log: str
    fleet: Fleet
    variant: Variant


@dataclass(frozen=True, slots=True)
class Stage:
    """A container that takes a request; error messages call it `label`."""

    server: Server
    container: Container
    label: str


def find(account: Account, params: Params) -> Route:
    """Raises Refusal: ValidationError."""
    name = params["EndpointName"]
    endpoint = account.endpoints.get(account.arn("endpoint", name))
    # The runtime, unlike the control plane, wants the name's exact case.
    fleet = endpoint.serving(account.random) if endpoint and endpoint.name == name else None
    if fleet is None:
        raise bad_request(f"Endpoint {name} of account {account.id} not found.")
    target = params.get("TargetVariant")
    variant = fleet.variant(target) if target else fleet.choose(account.random)
    if variant is None:
        raise bad_request(f"Variant {target} not found for endpoint {name}.")
    if variant.instances is None and len(params.get("Body", b"")) > MAX_SERVERLESS_BODY:
        raise bad_request(f"Request to endpoint {name} has oversize body.")
    _check_target_model(account, name, variant.program, params.get("TargetModel"))
    log = f"arn:aws:logs:{account.region}:{account.id}:log-group:/aws/sagemaker/Endpoints/{name}"
    return Route(name, log, fleet, variant)


def stages(variant: Variant, hostname: str | None) -> Sequence[Stage]:
    """The containers to ask, in order."""
    containers, labels = variant.program.containers, variant.program.labels()
    chain = [Stage(*parts) for parts in zip(variant.servers, containers, labels, strict=True)]
    if len(containers) == 1 or not variant.program.direct:
        if hostname is not None:
            raise bad_request(
                "TargetContainerHostname is for models of several containers whose "
                "InferenceExecutionConfig has the Mode Direct."
            )
        return chain
    chosen = [stage for stage in chain if stage.label == hostname]
    if not chosen:
        raise bad_request(
            f"Direct invocation needs a TargetContainerHostname, one of {', '.join(labels)}"
            + (f", and not {hostname}." if hostname else ".")
        )
    return chosen


def _check_target_model(
    account: Account, endpoint: str, program: Program, target: str | None
) -> None:
    """TargetModel goes with a multi-model endpoint, and with no other. AWS says no more than the
    first sentences."""
    several = any(container.multi_model for container in program.containers)
    if several and target is None:
        request = fresh_id(account.random)
        raise bad_request(
            f"Request {request} is missing a target model header. Give a TargetModel."
        )
    if target is not None and not several:
        raise bad_request(
            f"Endpoint {endpoint} is not a multi-model endpoint and does not support target "
            "model header. Leave TargetModel out."
        )
