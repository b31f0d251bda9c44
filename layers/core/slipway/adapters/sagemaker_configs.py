"""A plan as an endpoint config, as SageMaker spells it. What the plan leaves open is not said."""

from typing import TYPE_CHECKING, cast

from slipway.domain.desired import Asynchronous, EndpointTarget, ServerlessTarget
from slipway.domain.plan.endpoint import Plan, Variant

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.literals import (
        ProductionVariantInferenceAmiVersionType,
        ProductionVariantInstanceTypeType,
    )
    from mypy_boto3_sagemaker.type_defs import (
        AsyncInferenceConfigTypeDef,
        AsyncInferenceNotificationConfigTypeDef,
        AsyncInferenceOutputConfigTypeDef,
        CreateEndpointConfigInputTypeDef,
        DataCaptureConfigTypeDef,
        ProductionVariantServerlessConfigTypeDef,
        ProductionVariantTypeDef,
    )


def endpoint_config(plan: Plan) -> "CreateEndpointConfigInputTypeDef":
    """What CreateEndpointConfig is told."""
    config: CreateEndpointConfigInputTypeDef = {
        "EndpointConfigName": plan.config,
        "ProductionVariants": [_variant(variant) for variant in plan.answering],
    }
    shadows = [_shadow(plan, each) for each in plan.variants if each.shadow is not None]
    if shadows:
        config["ShadowProductionVariants"] = shadows
    if not plan.serverless:
        config["DataCaptureConfig"] = _capture(plan)
    if plan.asynchronous:
        config["AsyncInferenceConfig"] = _line(plan, plan.asynchronous)
    return config


def _capture(plan: Plan) -> "DataCaptureConfigTypeDef":
    return {
        "EnableCapture": plan.capture_percentage > 0,
        "InitialSamplingPercentage": plan.capture_percentage,
        "DestinationS3Uri": plan.capture_uri,
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {
            "CsvContentTypes": ["text/csv"],
            "JsonContentTypes": ["application/json"],
        },
    }


def _line(plan: Plan, given: Asynchronous) -> "AsyncInferenceConfigTypeDef":
    output: AsyncInferenceOutputConfigTypeDef = {
        "S3OutputPath": f"{plan.async_uri}{given.output}",
        "S3FailurePath": f"{plan.async_uri}{given.failure}",
    }
    topics: AsyncInferenceNotificationConfigTypeDef = {}
    if given.success_topic:
        topics["SuccessTopic"] = given.success_topic
    if given.error_topic:
        topics["ErrorTopic"] = given.error_topic
    if topics:
        output["NotificationConfig"] = topics
    line: AsyncInferenceConfigTypeDef = {"OutputConfig": output}
    if most := given.max_concurrent_per_instance:
        line["ClientConfig"] = {"MaxConcurrentInvocationsPerInstance": most}
    return line


def _shadow(plan: Plan, given: Variant) -> "ProductionVariantTypeDef":
    """A shadow gets the share of the requests that its weight is of the weight of what answers."""
    (answering,) = plan.answering
    weight = answering.weight * (given.shadow or 0) / 100
    return {**_variant(given), "InitialVariantWeight": weight}


def _variant(given: Variant) -> "ProductionVariantTypeDef":
    """The variant as SageMaker spells it. What the plan leaves open is not said."""
    target = given.target
    if isinstance(target, ServerlessTarget):
        return _serverless(given, target)
    assert isinstance(target, EndpointTarget)  # noqa: S101 - a batch target has no config
    variant: ProductionVariantTypeDef = {
        "VariantName": given.name,
        "ModelName": given.model.name,
        "InstanceType": cast("ProductionVariantInstanceTypeType", target.instance_type),
        "InitialInstanceCount": target.instance_count,
        "InitialVariantWeight": given.weight,
    }
    if target.volume_size_in_gb:
        variant["VolumeSizeInGB"] = target.volume_size_in_gb
    if seconds := target.model_data_download_timeout_in_seconds:
        variant["ModelDataDownloadTimeoutInSeconds"] = seconds
    if seconds := target.container_startup_health_check_timeout_in_seconds:
        variant["ContainerStartupHealthCheckTimeoutInSeconds"] = seconds
    if version := target.inference_ami_version:
        variant["InferenceAmiVersion"] = cast("ProductionVariantInferenceAmiVersionType", version)
    if target.routing_strategy:
        variant["RoutingConfig"] = {"RoutingStrategy": target.routing_strategy.value}
    return variant


def _serverless(given: Variant, target: ServerlessTarget) -> "ProductionVariantTypeDef":
    config: ProductionVariantServerlessConfigTypeDef = {
        "MemorySizeInMB": target.memory_size_in_mb,
        "MaxConcurrency": target.max_concurrency,
    }
    if target.provisioned_concurrency:
        config["ProvisionedConcurrency"] = target.provisioned_concurrency
    return {
        "VariantName": given.name,
        "ModelName": given.model.name,
        "ServerlessConfig": config,
        "InitialVariantWeight": given.weight,
    }
