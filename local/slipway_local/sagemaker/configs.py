"""Endpoint configurations: which models, on how many instances, with which share of traffic."""

from collections.abc import Sequence

from slipway_local.sagemaker import listing, models
from slipway_local.sagemaker.account import Account, Resource
from slipway_local.sagemaker.errors import already_exists, invalid, not_found
from slipway_local.sagemaker.fleets import Program
from slipway_local.sagemaker.operations import Operations, Params, given

KIND = "endpoint configuration"
_MEMORY_STEP = 1024
_LARGEST_MEMORY = 6 * _MEMORY_STEP


def create_endpoint_config(account: Account, params: Params) -> Params:
    name = params["EndpointConfigName"]
    arn = account.arn("endpoint-config", name)
    if arn in account.configs:
        raise already_exists(KIND, arn)
    _check_variants(account, params)
    _check_asynchronous(params)
    account.configs[arn] = Resource(name, arn, account.clock(), given(params))
    account.tag(arn, params.get("Tags", []))
    return {"EndpointConfigArn": arn}


def describe_endpoint_config(account: Account, params: Params) -> Params:
    config = find(account, params["EndpointConfigName"])
    return {**config.body, "EndpointConfigArn": config.arn, "CreationTime": config.created}


def list_endpoint_configs(account: Account, params: Params) -> Params:
    rows = [
        {
            "EndpointConfigName": config.name,
            "EndpointConfigArn": config.arn,
            "CreationTime": config.created,
        }
        for config in account.configs.values()
    ]
    return listing.page("EndpointConfigs", rows, params, name="EndpointConfigName")


def delete_endpoint_config(account: Account, params: Params) -> Params:
    """AWS lets a configuration go that an endpoint still uses; the endpoint suffers later."""
    config = find(account, params["EndpointConfigName"])
    del account.configs[config.arn]
    del account.tags[config.arn]
    return {}


def find(account: Account, name: str) -> Resource:
    """Raises Refusal: Could not find endpoint configuration."""
    arn = account.arn("endpoint-config", name)
    config = account.configs.get(arn)
    if config is None:
        raise not_found(KIND, arn)
    return config


def find_settled(account: Account, name: str) -> Resource:
    """As CreateEndpoint and UpdateEndpoint look it up: a fresh configuration is not there yet.

    SageMaker reads it with eventual consistency, so DescribeEndpointConfig may see it earlier.
    """
    config = find(account, name)
    if account.clock() < config.created + account.durations.config_visible:
        raise not_found(KIND, config.arn)
    return config


def _check_asynchronous(params: Params) -> None:
    """Source: "Create an asynchronous inference endpoint"; the wording is not published."""
    if "AsyncInferenceConfig" not in params:
        return
    if "ShadowProductionVariants" in params:
        raise invalid("AsyncInferenceConfig and ShadowProductionVariants cannot be given together.")
    if "S3OutputPath" not in params["AsyncInferenceConfig"]["OutputConfig"]:
        raise invalid("AsyncInferenceConfig needs an S3OutputPath in its OutputConfig.")
    if any("ServerlessConfig" in each for each in params["ProductionVariants"]):
        raise invalid("AsyncInferenceConfig and ServerlessConfig cannot be given together.")


def _check_variants(account: Account, params: Params) -> None:
    variants = params["ProductionVariants"]
    shadows = params.get("ShadowProductionVariants", [])
    names = [variant["VariantName"] for variant in [*variants, *shadows]]
    if len(set(names)) != len(names):
        raise invalid(f"Variant names must be unique: {', '.join(names)}.")
    if shadows and (len(variants), len(shadows)) != (1, 1):
        raise invalid("A shadow variant needs exactly one production variant beside it.")
    for variant in [*variants, *shadows]:
        _check_variant(account, variant)
    if shadows:
        _check_shadowed(account, [*variants, *shadows])
    if any("ServerlessConfig" in variant for variant in variants):
        _check_serverless_variants(account, params)


def _check_shadowed(account: Account, variants: Sequence[Params]) -> None:
    """Source: "Exclusions" of "Shadow tests"; the wording is not published."""
    for variant in variants:
        name = variant["VariantName"]
        if "ServerlessConfig" in variant:
            raise invalid(f"Variant {name}: ShadowProductionVariants cannot be serverless.")
        if _is_multi_model(models.program(account, variant["ModelName"])):
            raise invalid(f"Variant {name}: ShadowProductionVariants cannot have several models.")


def _check_serverless_variants(account: Account, params: Params) -> None:
    """Source: "Feature exclusions" of "Serverless Inference"; the wording is not published."""
    variants = params["ProductionVariants"]
    if len(variants) > 1:
        raise invalid("A variant with a ServerlessConfig must be the only one.")
    model = models.find(account, variants[0]["ModelName"])
    program = models.program(account, model.name)
    excluded = {
        "a pipeline of several containers": len(program.containers) > 1,
        "a MultiModel container": _is_multi_model(program),
        "a VpcConfig": "VpcConfig" in model.body,
        "EnableNetworkIsolation": model.body.get("EnableNetworkIsolation", False),
    }
    found = [what for what, there in excluded.items() if there]
    if found:
        name = variants[0]["VariantName"]
        raise invalid(f"Variant {name} has a ServerlessConfig; its model cannot have {found[0]}.")
    if params.get("DataCaptureConfig", {}).get("EnableCapture", True) and (
        "DataCaptureConfig" in params
    ):
        raise invalid("DataCaptureConfig and ServerlessConfig cannot be given together.")


def _is_multi_model(program: Program) -> bool:
    return any(container.multi_model for container in program.containers)


def _check_variant(account: Account, variant: Params) -> None:
    if "ModelName" not in variant:
        raise invalid(f"Variant {variant['VariantName']} must name a ModelName.")
    models.find(account, variant["ModelName"])
    serverless = "ServerlessConfig" in variant
    if serverless:
        _check_serverless(variant["VariantName"], variant["ServerlessConfig"])
    counted = "InstanceType" in variant and "InitialInstanceCount" in variant
    if serverless and ("InstanceType" in variant or "InitialInstanceCount" in variant):
        raise invalid(
            f"Variant {variant['VariantName']} has a ServerlessConfig and therefore takes no "
            "InstanceType and no InitialInstanceCount."
        )
    if not serverless and not counted:
        raise invalid(
            f"Variant {variant['VariantName']} needs an InstanceType and an "
            "InitialInstanceCount, or a ServerlessConfig."
        )


def _check_serverless(name: str, config: Params) -> None:
    """Source: "Deploy models with Amazon SageMaker Serverless Inference"; the wording is not
    published."""
    memory, most = config["MemorySizeInMB"], config["MaxConcurrency"]
    if memory % _MEMORY_STEP:
        steps = ", ".join(str(n) for n in range(_MEMORY_STEP, _LARGEST_MEMORY + 1, _MEMORY_STEP))
        raise invalid(f"Variant {name}: MemorySizeInMB is {memory}; it must be one of {steps}.")
    provisioned = config.get("ProvisionedConcurrency", 0)
    if provisioned > most:
        raise invalid(
            f"Variant {name}: ProvisionedConcurrency is {provisioned}; it must not exceed the "
            f"MaxConcurrency of {most}."
        )


OPERATIONS: Operations = {
    "CreateEndpointConfig": create_endpoint_config,
    "DescribeEndpointConfig": describe_endpoint_config,
    "ListEndpointConfigs": list_endpoint_configs,
    "DeleteEndpointConfig": delete_endpoint_config,
}
