"""Endpoints: create, update, rescale, describe, list, delete."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slipway_local.sagemaker import (
    configs,
    deployments,
    describing,
    fleets,
    listing,
    models,
    quotas,
)
from slipway_local.sagemaker.account import Account, Endpoint, Resource
from slipway_local.sagemaker.errors import already_exists, in_progress, invalid, not_found
from slipway_local.sagemaker.fleets import Fleet, Variant
from slipway_local.sagemaker.operations import Operations, Params
from slipway_local.sagemaker.rollouts import plan

_UPDATABLE = ("InService", "UpdateRollbackFailed", "OutOfService")


def create_endpoint(account: Account, params: Params) -> Params:
    name = params["EndpointName"]
    arn = account.arn("endpoint", name)
    if arn in account.endpoints:
        raise already_exists("endpoint", arn)
    config = configs.find_settled(account, params["EndpointConfigName"])
    demand = quotas.demand(fleets.described(config.body))
    fleet = _launch(account, config.name, config.body, demand)
    now = account.clock()
    endpoint = Endpoint(name, arn, fleet.config_name, now, now, "Creating", now)
    endpoint.deployment_config = params.get("DeploymentConfig")
    account.endpoints[arn] = endpoint
    account.tag(arn, params.get("Tags", []))
    deployments.create(account, endpoint, fleet)
    return {"EndpointArn": arn}


def update_endpoint(account: Account, params: Params) -> Params:
    endpoint = _updatable(account, params["EndpointName"])
    config = configs.find_settled(account, params["EndpointConfigName"])
    # An endpoint whose own configuration was deleted cannot be updated any more.
    configs.find(account, endpoint.config_name)
    strategy = params.get("DeploymentConfig")
    if params.get("RetainDeploymentConfig", False):
        strategy = endpoint.deployment_config
    body = _wanted(endpoint, config, params)
    _check_kind(endpoint, body)
    _check_scaled(account, endpoint, body["ProductionVariants"])
    if strategy and endpoint.fleet is not None:
        _check_names(endpoint.fleet, body["ProductionVariants"])
        _check_rolling(strategy, body["ProductionVariants"])
    demand = quotas.demand(fleets.described(body))
    rollout = plan(strategy or {}, sum(demand.values()))
    fleet = _launch(account, config.name, body, quotas.surge(endpoint, demand, rollout))
    endpoint.deployment_config = strategy
    deployments.update(account, endpoint, fleet, rollout)
    return {"EndpointArn": endpoint.arn}


def update_endpoint_weights_and_capacities(account: Account, params: Params) -> Params:
    endpoint = _updatable(account, params["EndpointName"])
    configs.find(account, endpoint.config_name)
    wanted = params["DesiredWeightsAndCapacities"]
    fleet = endpoint.fleet
    if fleet is None or endpoint.status != "InService":
        raise in_progress(endpoint.arn)
    changes = [(_rescalable(account, fleet, change), change) for change in wanted]
    quotas.check(account, quotas.growth(changes))
    for variant, change in changes:
        variant.desire(change)
    deployments.rescale(account, endpoint)
    return {"EndpointArn": endpoint.arn}


def describe_endpoint(account: Account, params: Params) -> Params:
    endpoint = find(account, params["EndpointName"])
    return describing.description(endpoint, deployments.shown_failure(account, endpoint))


def list_endpoints(account: Account, params: Params) -> Params:
    wanted = params.get("StatusEquals")
    rows = [
        describing.summary(endpoint)
        for endpoint in account.endpoints.values()
        if wanted in (None, endpoint.status)
    ]
    return listing.page("Endpoints", rows, params, name="EndpointName")


def delete_endpoint(account: Account, params: Params) -> Params:
    endpoint = find(account, params["EndpointName"])
    if endpoint.status not in deployments.LASTING:
        raise in_progress(endpoint.arn)
    _check_unmonitored(account, endpoint)
    deployments.enter(account, endpoint, "Deleting", account.durations.deleting)
    return {}


def find(account: Account, name: str) -> Endpoint:
    """Raises Refusal: Could not find endpoint."""
    arn = account.arn("endpoint", name)
    endpoint = account.endpoints.get(arn)
    if endpoint is None:
        raise not_found("endpoint", arn)
    return endpoint


def _updatable(account: Account, name: str) -> Endpoint:
    endpoint = find(account, name)
    if endpoint.status == "Failed":
        raise invalid(f'Cannot update endpoint "{endpoint.arn}" in status Failed: delete it.')
    if endpoint.status not in _UPDATABLE:
        raise in_progress(endpoint.arn)
    return endpoint


def _check_unmonitored(account: Account, endpoint: Endpoint) -> None:
    """AWS has not published the wording."""
    schedules = [each.name for each in account.schedules.values() if each.endpoint == endpoint.name]
    if schedules:
        raise invalid(
            f'Cannot delete endpoint "{endpoint.arn}" while it is monitored: delete its monitoring '
            f"schedules first: {', '.join(schedules)}."
        )


def _check_names(fleet: Fleet, variants: Iterable[Params]) -> None:
    """Under deployment guardrails a variant's traffic moves to the variant of the same name."""
    old = {variant.name for variant in fleet.variants}
    new = {variant["VariantName"] for variant in variants}
    if old != new:
        raise invalid(
            "With a DeploymentConfig the new endpoint configuration must have the same variant "
            f"names as the old one: {', '.join(sorted(old))}, and not {', '.join(sorted(new))}."
        )


def _check_kind(endpoint: Endpoint, wanted: Mapping[str, Any]) -> None:
    """Sources: a message of UpdateEndpoint that users quote; "Update a serverless endpoint", whose
    wording is not published."""
    old = endpoint.fleet.config if endpoint.fleet else {}
    if "AsyncInferenceConfig" in old and "AsyncInferenceConfig" not in wanted:
        raise invalid(
            "The AsyncInferenceConfig parameter cannot be removed from this endpoint "
            f"{endpoint.name}."
        )
    serverless = any("ServerlessConfig" in each for each in wanted["ProductionVariants"])
    if serverless and any("InstanceType" in each for each in old.get("ProductionVariants", [])):
        raise invalid(
            f"Endpoint {endpoint.name} has instances: it cannot be updated to a ServerlessConfig."
        )


def _check_scaled(account: Account, endpoint: Endpoint, variants: Iterable[Params]) -> None:
    """A variant that scales itself stays, on instances of its type. Source: "Update endpoints that
    use automatic scaling"; the wording is not published."""
    types = {variant["VariantName"]: variant.get("InstanceType") for variant in variants}
    for place in account.targets:
        fleet = endpoint.fleet if place.endpoint == endpoint.name else None
        old = fleet.variant(place.variant) if fleet else None
        if old is not None and types.get(old.name, "") != old.config.get("InstanceType"):
            raise invalid(
                f"Variant {old.name} is registered with Application Auto Scaling: its "
                "InstanceType cannot be changed, and it cannot be removed, before its policies are "
                "deleted and DeregisterScalableTarget is called."
            )


def _check_rolling(strategy: Params, variants: Sequence[Params]) -> None:
    """Source: "Exclusions" of "Deployment guardrails"; the wording is not published."""
    serverless = any("ServerlessConfig" in variant for variant in variants)
    if "RollingUpdatePolicy" in strategy and (serverless or len(variants) > 1):
        kind = "serverless" if serverless else "several"
        raise invalid(f"A RollingUpdatePolicy cannot update {kind} production variants.")


def _wanted(endpoint: Endpoint, config: Resource, params: Params) -> Mapping[str, Any]:
    """The new configuration, with what the update shall retain of the endpoint's variants."""
    if endpoint.fleet is None or not params.get("RetainAllVariantProperties", False):
        return config.body
    excluded = params.get("ExcludeRetainedVariantProperties", [])
    kinds = {item["VariantPropertyType"] for item in excluded}
    return fleets.retaining(endpoint.fleet, config.body, kinds)


def _launch(
    account: Account, name: str, body: Mapping[str, Any], instances: Mapping[str, int]
) -> Fleet:
    """Start what the configuration asks for, on so many more instances. Raises Refusal before
    anything is started."""
    variants = fleets.described(body)
    programs = [models.program(account, variant["ModelName"]) for variant in variants]
    quotas.check(account, instances)
    return fleets.launch(name, body, programs, account.launcher, account.clock())


def _rescalable(account: Account, fleet: Fleet, change: Params) -> Variant:
    """The variant that a change is for; AWS has not published the wordings."""
    variant = fleet.member(change["VariantName"])
    if variant is None:
        raise invalid(f"There is no variant {change['VariantName']} at this endpoint.")
    # New instances start from the model: without it they cannot.
    models.find(account, variant.program.model_name)
    serverless = variant.serverless is not None
    other = "DesiredInstanceCount" if serverless else "ServerlessUpdateConfig"
    if other in change:
        kind = "serverless" if serverless else "not serverless"
        raise invalid(f"Variant {variant.name} is {kind}: it takes no {other}.")
    if change.get("DesiredInstanceCount") == 0 and "AsyncInferenceConfig" not in fleet.config:
        raise invalid(
            f"Variant {variant.name}: DesiredInstanceCount must be at least 1, except at an "
            "asynchronous endpoint."
        )
    return variant


OPERATIONS: Operations = {
    "CreateEndpoint": create_endpoint,
    "UpdateEndpoint": update_endpoint,
    "UpdateEndpointWeightsAndCapacities": update_endpoint_weights_and_capacities,
    "DescribeEndpoint": describe_endpoint,
    "ListEndpoints": list_endpoints,
    "DeleteEndpoint": delete_endpoint,
}
