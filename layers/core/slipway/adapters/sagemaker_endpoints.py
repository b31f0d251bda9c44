"""Models, endpoint configs and endpoints, as SageMaker."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypedDict

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from slipway.adapters.deployment_configs import deployment_config
from slipway.adapters.faults import (
    is_absent,
    is_of_the_model,
    status_of,
    translated,
    unless_gone,
    unless_present,
)
from slipway.adapters.sagemaker_configs import endpoint_config
from slipway.domain.footprint import Footprint
from slipway.domain.plan.endpoint import Plan
from slipway.domain.plan.model import Model
from slipway.domain.probed import CALLER_SECONDS, PROBE
from slipway.domain.rollout import Guarded
from slipway.domain.world import Endpoint, EndpointStatus, Kind
from slipway.ports import InBucket, Reply, Request

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import (
        ContainerDefinitionTypeDef,
        DesiredWeightAndCapacityTypeDef,
        ProductionVariantSummaryTypeDef,
        VariantPropertyTypeDef,
    )
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient


class _Whom(TypedDict, total=False):
    TargetVariant: str
    TargetModel: str


class SageMakerEndpoints:
    """Implements ports.Endpoints."""

    def __init__(
        self, session: boto3.Session, stopwatch: Callable[[], float] = time.monotonic
    ) -> None:
        self._session = session
        self._stopwatch = stopwatch

    @cached_property
    def _client(self) -> "SageMakerClient":
        return self._session.client("sagemaker")

    @cached_property
    def _once(self) -> "SageMakerClient":
        """A client that does not ask again on its own: when the first answer gets lost, the second
        says that a change is under way, as if it were somebody else's."""
        return self._session.client("sagemaker", config=Config(retries={"total_max_attempts": 1}))

    @cached_property
    def _runtime(self) -> "SageMakerRuntimeClient":
        """A client that waits a little longer than SageMaker does for a model, and asks again
        where SageMaker itself could not be asked."""
        patience = Config(
            retries={"mode": "standard", "total_max_attempts": 3},
            read_timeout=CALLER_SECONDS + 5,
        )
        return self._session.client("sagemaker-runtime", config=patience)

    def describe(self, name: str) -> Endpoint | None:
        with translated():
            try:
                found = self._client.describe_endpoint(EndpointName=name)
            except ClientError as error:
                if not is_absent(error):
                    raise
                return None
        return Endpoint(
            name=name,
            status=EndpointStatus(found["EndpointStatus"]),
            config=found.get("EndpointConfigName", ""),
            modified_at=found["LastModifiedTime"].timestamp(),
            failure=found.get("FailureReason", ""),
            pending="PendingDeploymentSummary" in found,
            weights=_weights(variants := found.get("ProductionVariants", [])),
            counts={
                each["VariantName"]: each["DesiredInstanceCount"]
                for each in variants
                if "DesiredInstanceCount" in each
            },
            kind=Kind.of(
                serverless=any("CurrentServerlessConfig" in each for each in variants),
                asynchronous="AsyncInferenceConfig" in found,
            ),
        )

    def has_config(self, name: str) -> bool:
        with translated():
            return self._config(name) is not None

    def has_model(self, name: str) -> bool:
        with translated():
            return self._model(name)

    def missing(self, config: str) -> str:
        with translated():
            found = self._config(config)
            if found is None:
                return "endpoint config"
            variants = (*found["ProductionVariants"], *found.get("ShadowProductionVariants", ()))
            models = (variant.get("ModelName", "") for variant in variants)
            return "" if all(map(self._model, models)) else "model"

    def prepare(self, plan: Plan, packages: Mapping[str, str]) -> None:
        """Make the plan's models and config. Their names carry their content's digest, so what is
        there under the name is what would be made."""
        with translated():
            for model in plan.models:
                with unless_present():
                    self._create_model(model, _containers(model, packages), plan.role_arn)
            if plan.transform is None:
                with unless_present():
                    self._client.create_endpoint_config(**endpoint_config(plan))

    def create(self, name: str, config: str) -> None:
        with translated(), unless_present():
            self._client.create_endpoint(EndpointName=name, EndpointConfigName=config)

    def update(self, name: str, config: str, guarded: Guarded | None = None) -> None:
        """Keep what autoscaling made of the counts, unless the config asks for another one or for
        another data capture."""
        live = self.describe(name)
        with translated():
            before = self._config(live.config) if live else None
            wanted = self._config(config)
            count = before and wanted and _same_counts(_counts(before), _counts(wanted))
            # Nobody says whether what is retained includes data capture, and SageMaker does not yet
            # take DataCaptureConfig as an exclusion: where it changes, nothing is retained.
            retained = before and wanted and _captures(before) == _captures(wanted)
            retained = retained and not (_is_serverless(before) or _is_serverless(wanted))
            self._once.update_endpoint(
                EndpointName=name,
                EndpointConfigName=config,
                RetainAllVariantProperties=bool(retained),
                ExcludeRetainedVariantProperties=_excluded(count=not count) if retained else [],
                **deployment_config(guarded),
            )

    def scale(self, name: str, counts: Mapping[str, int]) -> None:
        self._rescale(
            name, [{"VariantName": v, "DesiredInstanceCount": n} for v, n in counts.items()]
        )

    def shift(self, name: str, weights: Mapping[str, float]) -> None:
        self._rescale(name, [{"VariantName": v, "DesiredWeight": w} for v, w in weights.items()])

    def _rescale(self, name: str, wanted: "list[DesiredWeightAndCapacityTypeDef]") -> None:
        with translated():
            self._once.update_endpoint_weights_and_capacities(
                EndpointName=name, DesiredWeightsAndCapacities=wanted
            )

    def delete(self, name: str) -> None:
        with translated(), unless_gone():
            self._client.delete_endpoint(EndpointName=name)

    def discard(self, footprint: Footprint) -> None:
        client, config = self._client, footprint.config
        with translated():
            with unless_gone():
                client.delete_endpoint_config(EndpointConfigName=config)
            for model in footprint.models:
                with unless_gone():
                    client.delete_model(ModelName=model)

    def invoke(self, name: str, request: Request, variant: str = "", model: str = "") -> Reply:
        whom: _Whom = {}
        if variant:
            whom["TargetVariant"] = variant
        if model:
            whom["TargetModel"] = model
        began = self._stopwatch()
        with translated():
            try:
                answer = self._runtime.invoke_endpoint(
                    EndpointName=name,
                    Body=request.body,
                    ContentType=request.content_type,
                    Accept=request.accept or "*/*",
                    InferenceId=PROBE,
                    **whom,
                )
                body = answer["Body"].read()
            except ClientError as error:
                if not is_of_the_model(error):
                    raise
                return replace(_model_error(error), seconds=self._stopwatch() - began)
        seconds = self._stopwatch() - began
        return Reply(200, answer.get("ContentType", ""), body, seconds)

    def submit(self, name: str, request: Request, location: str, seconds: int) -> InBucket:
        with translated():
            found = self._runtime.invoke_endpoint_async(
                EndpointName=name,
                InputLocation=location,
                ContentType=request.content_type,
                Accept=request.accept or "*/*",
                RequestTTLSeconds=seconds,
                InferenceId=PROBE,
                S3OutputPathExtension="probes",
            )
        return InBucket(_key(found["OutputLocation"]), _key(found["FailureLocation"]))

    def _create_model(
        self, model: Model, containers: "list[ContainerDefinitionTypeDef]", role_arn: str
    ) -> None:
        self._client.create_model(
            ModelName=model.name,
            Containers=containers,
            ExecutionRoleArn=role_arn,
            EnableNetworkIsolation=model.network_isolation,
        )

    def _model(self, name: str) -> bool:
        try:
            self._client.describe_model(ModelName=name)
        except ClientError as error:
            if not is_absent(error):
                raise
            return False
        return True

    def _config(self, name: str) -> Mapping[str, Any] | None:
        """A config; None when there is none of that name."""
        try:
            return {**self._client.describe_endpoint_config(EndpointConfigName=name)}
        except ClientError as error:
            if not is_absent(error):
                raise
            return None


def _containers(model: Model, packages: Mapping[str, str]) -> "list[ContainerDefinitionTypeDef]":
    """What a model is made of: a registered version, or of what loads others."""
    if not model.many:
        return [{"ModelPackageName": packages[model.name]}]
    return [
        {
            "Image": each.image,
            "Mode": "MultiModel",
            "ModelDataUrl": each.model_data_url,
            "Environment": dict(each.environment),
        }
        for each in model.containers
    ]


def _weights(variants: "Iterable[ProductionVariantSummaryTypeDef]") -> dict[str, float]:
    return {each["VariantName"]: each.get("DesiredWeight", 1.0) for each in variants}


def _excluded(*, count: bool) -> "list[VariantPropertyTypeDef]":
    """What is not retained: weights are as the config has them, or are changed in place."""
    weight: VariantPropertyTypeDef = {"VariantPropertyType": "DesiredWeight"}
    counts: VariantPropertyTypeDef = {"VariantPropertyType": "DesiredInstanceCount"}
    return [weight, counts] if count else [weight]


def _same_counts(before: Mapping[str, int | None], wanted: Mapping[str, int | None]) -> bool:
    """Whether no variant that stays is asked to have another count."""
    return all(before[name] == wanted[name] for name in before.keys() & wanted.keys())


def _counts(config: Mapping[str, Any]) -> dict[str, int | None]:
    """The instance count of each variant."""
    variants = config["ProductionVariants"]
    return {each["VariantName"]: each.get("InitialInstanceCount") for each in variants}


def _is_serverless(config: Mapping[str, Any] | None) -> bool:
    return config is not None and "ServerlessConfig" in config["ProductionVariants"][0]


def _captures(config: Mapping[str, Any]) -> object:
    """How many of 100 requests are captured; a config made by hand may say nothing of it."""
    capture = config.get("DataCaptureConfig", {})
    return capture["InitialSamplingPercentage"] if capture.get("EnableCapture") else 0


def _key(uri: str) -> str:
    """The key in its bucket of what is at an S3 URI."""
    return uri.removeprefix("s3://").partition("/")[2]


def _model_error(error: ClientError) -> Reply:
    """What the container answered, out of the ModelError that the platform made of it; a container
    that is gone answers nothing, and the platform 503."""
    answer = error.response
    status = int(str(answer.get("OriginalStatusCode", status_of(error) or 500)))
    message = str(answer.get("OriginalMessage", "")) or answer["Error"].get("Message", "")
    return Reply(status, "text/plain", message.encode())
