"""An endpoint as DescribeEndpoint and the events show it."""

from collections.abc import Mapping, Sequence
from typing import Any

from slipway_local.sagemaker.account import Deployment, Endpoint
from slipway_local.sagemaker.events import milliseconds, shouted
from slipway_local.sagemaker.fleets import Fleet, Variant
from slipway_local.sagemaker.rollouts import Step

Params = dict[str, Any]


def stage(fleet: Fleet, step: Step) -> tuple[str, str]:
    """The variant status and its message while `step` of a rollout is under way."""
    size = fleet.size()
    if not step.bake:
        return "ActivatingTraffic", "Turning on traffic for the production variant."
    capacity = "full" if step.traffic == 1.0 else "canary"
    return "Baking", (
        f"Baking for {step.bake} seconds ({step.waits_for}) with traffic enabled on {capacity} "
        f"capacity of {round(size * step.traffic)} instance(s)."
    )


def summary(endpoint: Endpoint) -> Params:
    """The row of ListEndpoints."""
    return {
        "EndpointName": endpoint.name,
        "EndpointArn": endpoint.arn,
        "CreationTime": endpoint.created,
        "LastModifiedTime": endpoint.modified,
        "EndpointStatus": endpoint.status,
    }


def description(endpoint: Endpoint, failure: str | None) -> Params:
    """What DescribeEndpoint answers."""
    answer = {**summary(endpoint), "EndpointConfigName": endpoint.config_name}
    if failure:
        answer["FailureReason"] = failure
    if endpoint.fleet is not None:
        answer |= _serving(endpoint, endpoint.fleet)
    if endpoint.pending is not None:
        answer["PendingDeploymentSummary"] = _pending(endpoint.pending)
    if endpoint.deployment_config is not None:
        answer["LastDeploymentConfig"] = endpoint.deployment_config
    return answer


def endpoint_detail(endpoint: Endpoint, tags: Mapping[str, str]) -> Params:
    """The detail of SageMaker Endpoint State Change."""
    fleet = endpoint.fleet or (endpoint.pending.fleet if endpoint.pending else None)
    variants = [
        {"DesiredWeight": v.desired_weight, "DesiredInstanceCount": v.desired_instances}
        for v in (fleet.variants if fleet else [])
    ]
    return {**_common_detail(endpoint, tags), "ProductionVariants": variants}


def deployment_detail(endpoint: Endpoint, tags: Mapping[str, str]) -> Params:
    """The detail of SageMaker Endpoint Deployment State Change."""
    detail = _common_detail(endpoint, tags)
    variants = endpoint.fleet.variants if endpoint.fleet else []
    detail["ProductionVariants"] = [_counts(variant) for variant in variants]
    if endpoint.pending is not None:
        detail["PendingDeploymentSummary"] = {
            "EndpointConfigName": endpoint.pending.fleet.config_name,
            "StartTime": milliseconds(endpoint.pending.started),
            "ProductionVariants": [
                {
                    **_counts(variant, endpoint.pending.share),
                    "VariantStatus": [_stage(endpoint.pending, in_ms=True)],
                }
                for variant in endpoint.pending.fleet.variants
            ],
        }
    return detail


def _common_detail(endpoint: Endpoint, tags: Mapping[str, str]) -> Params:
    return {
        "EndpointName": endpoint.name,
        "EndpointArn": endpoint.arn,
        "EndpointConfigName": endpoint.config_name,
        "EndpointStatus": shouted(endpoint.status),
        "CreationTime": milliseconds(endpoint.created),
        "LastModifiedTime": milliseconds(endpoint.modified),
        "Tags": dict(tags),
    }


def _serving(endpoint: Endpoint, fleet: Fleet) -> Params:
    answer: Params = {
        kind: [_variant(endpoint, variant) for variant in variants]
        for kind, variants in _kinds(fleet).items()
    }
    if fleet.capture is not None:
        answer["DataCaptureConfig"] = _capture(fleet.capture)
    return answer | _only(fleet.config, "AsyncInferenceConfig")


def _variant(endpoint: Endpoint, variant: Variant) -> Params:
    share = _left(endpoint)
    answer = {**_counts(variant, share), **_routing(variant), "DeployedImages": _images(variant)}
    if endpoint.status == "Updating" and endpoint.pending is None:
        message = _rescaling(variant)
        status = {"Status": "Updating", "StatusMessage": message, "StartTime": endpoint.modified}
        answer["VariantStatus"] = [status]
    return answer


def _rescaling(variant: Variant) -> str:
    if variant.instances != variant.desired_instances:
        return f"Scaling to desired instance count {variant.desired_instances}."
    return f"Updating to desired weight {variant.desired_weight}."


def _pending(pending: Deployment) -> Params:
    return {
        "EndpointConfigName": pending.fleet.config_name,
        "StartTime": pending.started,
        **{
            kind: [_pending_variant(pending, variant) for variant in variants]
            for kind, variants in _kinds(pending.fleet).items()
        },
    }


def _pending_variant(pending: Deployment, variant: Variant) -> Params:
    return {
        **_counts(variant, pending.share),
        "DeployedImages": _images(variant),
        "VariantStatus": [_stage(pending, in_ms=False)],
        **_only(variant.config, "InstanceType", "ManagedInstanceScaling", "RoutingConfig"),
    }


def _kinds(fleet: Fleet) -> Mapping[str, Sequence[Variant]]:
    """The variants by the member that lists them."""
    shadows = {"ShadowProductionVariants": fleet.shadows} if fleet.shadows else {}
    return {"ProductionVariants": fleet.variants, **shadows}


def _stage(pending: Deployment, *, in_ms: bool) -> Params:
    started = milliseconds(pending.started) if in_ms else pending.started
    return {
        "Status": pending.stage,
        "StatusMessage": pending.message,
        "StartTime": started,
    }


def _counts(variant: Variant, share: float = 1.0) -> Params:
    """Weights and instances; of a fleet that has only `share` of the traffic, so many count."""
    counts: Params = {
        "VariantName": variant.name,
        "CurrentWeight": variant.weight,
        "DesiredWeight": variant.desired_weight,
    }
    if variant.instances is None:
        return {
            **counts,
            "CurrentServerlessConfig": variant.serverless,
            "DesiredServerlessConfig": variant.desired_serverless,
        }
    return {
        **counts,
        "CurrentInstanceCount": round(variant.instances * share),
        "DesiredInstanceCount": variant.desired_instances,
    }


def _left(endpoint: Endpoint) -> float:
    """The share of its instances that an update, or one that failed to go back, has left."""
    pending = endpoint.pending
    if pending is not None and pending.rollout.rolling:
        return 1.0 - pending.share
    return 1.0 - endpoint.mixed_share if endpoint.mixed is not None else 1.0


def _routing(variant: Variant) -> Params:
    return _only(variant.config, "ManagedInstanceScaling", "RoutingConfig")


def _only(config: Mapping[str, Any], *members: str) -> Params:
    return {member: config[member] for member in members if member in config}


def _images(variant: Variant) -> list[Params]:
    """A tag is not resolved to a digest here: there is no registry to ask."""
    return [
        {
            "SpecifiedImage": container.image,
            "ResolvedImage": container.image,
            "ResolutionTime": variant.resolved,
        }
        for container in variant.program.containers
    ]


def _capture(config: Mapping[str, Any]) -> Params:
    enabled = config.get("EnableCapture", True)
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId", ""),
    }
