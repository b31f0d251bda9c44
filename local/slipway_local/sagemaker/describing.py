"""An endpoint as DescribeEndpoint and the events show it."""

from collections.abc import Mapping
from typing import Any

from slipway_local.sagemaker.account import Deployment, Endpoint
from slipway_local.sagemaker.events import milliseconds, shouted
from slipway_local.sagemaker.fleets import Fleet, Variant

Params = dict[str, Any]

_STAGES = {
    "Creating": "Creating inference resources for the production variant.",
    "Updating": "Updating capacity for the production variant.",
    "ActivatingTraffic": "Turning on traffic for the production variant.",
}


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
                {**_counts(variant), "VariantStatus": [_stage(endpoint.pending, in_ms=True)]}
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
        "ProductionVariants": [_variant(endpoint, variant) for variant in fleet.variants]
    }
    if fleet.capture is not None:
        answer["DataCaptureConfig"] = _capture(fleet.capture)
    for member in ("AsyncInferenceConfig", "ExplainerConfig", "MetricsConfig"):
        if member in fleet.config:
            answer[member] = fleet.config[member]
    return answer


def _variant(endpoint: Endpoint, variant: Variant) -> Params:
    scaling = endpoint.status == "Updating" and endpoint.pending is None
    stage = {"Status": "Updating", "StatusMessage": _STAGES["Updating"]}
    status = {"VariantStatus": [{**stage, "StartTime": endpoint.modified}]} if scaling else {}
    return {**_counts(variant), **_routing(variant), "DeployedImages": _images(variant), **status}


def _pending(pending: Deployment) -> Params:
    return {
        "EndpointConfigName": pending.fleet.config_name,
        "StartTime": pending.started,
        "ProductionVariants": [
            {
                **_counts(variant),
                "DeployedImages": _images(variant),
                "VariantStatus": [_stage(pending, in_ms=False)],
                **_only(variant.config, "InstanceType", "ManagedInstanceScaling", "RoutingConfig"),
            }
            for variant in pending.fleet.variants
        ],
    }


def _stage(pending: Deployment, *, in_ms: bool) -> Params:
    started = milliseconds(pending.started) if in_ms else pending.started
    return {
        "Status": pending.stage,
        "StatusMessage": _STAGES[pending.stage],
        "StartTime": started,
    }


def _counts(variant: Variant) -> Params:
    counts: Params = {
        "VariantName": variant.name,
        "CurrentWeight": variant.weight,
        "DesiredWeight": variant.desired_weight,
    }
    if variant.instances is None:
        serverless = variant.config["ServerlessConfig"]
        return {**counts, "CurrentServerlessConfig": serverless}
    return {
        **counts,
        "CurrentInstanceCount": variant.instances,
        "DesiredInstanceCount": variant.desired_instances,
    }


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
