"""The keys below `target` in slipway.yaml: where a model runs. Their docstrings are what the page
says."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from slipway.domain.desired import RoutingStrategy
from slipway.strict_keys import Strict

Timeout = Annotated[int, Field(ge=60, le=3600)]
Volume = Annotated[int, Field(ge=1, le=512)]
InstanceType = Annotated[str, Field(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$")]
# By the generations of drivers. Source: ProductionVariant, SageMaker API reference.
AMI = Annotated[str, Field(pattern=r"^al2(023)?-ami-sagemaker-inference-(gpu|neuron)-[\d-]+$")]
# Below the deployment's own in the bucket: whoever uploads chooses no place of anybody else's.
Folder = Annotated[str, Field(pattern=r"^[\w-]+(/[\w-]+)*$", max_length=200)]
Topic = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$")]


class Instances(Strict):
    """What models run on that have instances."""

    instance_type: InstanceType = "ml.m5.large"
    """SageMaker's instance type, such as ml.m5.large."""
    instance_count: Annotated[int, Field(ge=1, le=1000)] = 1
    """How many instances to start with; what autoscaling makes of it later is kept."""
    volume_size_in_gb: Volume | None = None
    """The size of each instance's volume; SageMaker's own choice when absent."""
    model_data_download_timeout_in_seconds: Timeout | None = None
    """How long an instance may take to fetch the model; chosen from its size when absent."""
    container_startup_health_check_timeout_in_seconds: Timeout | None = None
    """How long a container may take to answer its health check; likewise."""
    routing_strategy: RoutingStrategy | None = Field(default=None, strict=False)
    """Which instance is asked; SageMaker's own choice when absent."""
    inference_ami_version: AMI | None = None
    """The machine image of the instances, by its drivers; SageMaker's own choice when absent."""


class Target(Instances):
    """A place to run a model."""

    type: Literal["endpoint"] = "endpoint"
    """A real-time endpoint."""


class Async(Instances):
    """Instances whose requests wait in line, and whose answers are written to the bucket."""

    type: Literal["async"]
    """An asynchronous endpoint."""
    output: Folder = "output"
    """Where answers are written: a folder below async/DEPLOYMENT/ in the installation's bucket."""
    failure: Folder = "failure"
    """Where it is written why a request could not be answered: likewise."""
    success_topic: Topic | None = None
    """The SNS topic that is told of answers; its name begins with slipway-async-, or another
    installation's prefix instead of slipway."""
    error_topic: Topic | None = None
    """The SNS topic that is told of failures; likewise."""
    max_concurrent_per_instance: Annotated[int, Field(ge=1, le=1000)] | None = None
    """How many requests an instance is given at a time; SageMaker's own choice when absent."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.output == self.failure:
            raise ValueError("`output` and `failure` are the same folder; give two")
        return self


class Serverless(Strict):
    """Containers that are there while they are asked."""

    type: Literal["serverless"]
    """An endpoint without instances."""
    memory_size_in_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144] = 2048
    """The memory of each container, in MB."""
    max_concurrency: Annotated[int, Field(ge=1, le=200)] = 20
    """How many requests are answered at a time."""
    provisioned_concurrency: Annotated[int, Field(ge=1, le=200)] | None = None
    """How many containers are always there; none when absent."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.provisioned_concurrency and self.provisioned_concurrency > self.max_concurrency:
            raise ValueError("`provisioned_concurrency` is part of `max_concurrency`; give less")
        return self


class Batch(Strict):
    """Instances that are there while a job runs, which answers files."""

    type: Literal["batch"]
    """Batch transform jobs; the key `batch` says when they run, and how."""
    instance_type: InstanceType = "ml.m5.large"
    """SageMaker's instance type, such as ml.m5.large."""
    instance_count: Annotated[int, Field(ge=1, le=100)] = 1
    """How many instances share the objects of a run."""
