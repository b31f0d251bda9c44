"""A SageMaker of one's own, and the few calls that nearly every test begins with."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from slipway_local.sagemaker.rehearsal import Rehearsal

ROLE = "arn:aws:iam::123456789012:role/serving"

Deploy = Callable[..., str]
Refused = Callable[[Callable[[], object]], tuple[str, str]]


@pytest.fixture
def cloud() -> Rehearsal:
    return Rehearsal()


@pytest.fixture
def variant() -> Callable[..., Any]:
    """A production variant on one ml.m5.large, changed as asked."""

    def make(name: str = "AllTraffic", model: str = "model", **changes: object) -> object:
        usual = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        return {"VariantName": name, "ModelName": model, **usual, **changes}

    return make


@pytest.fixture
def configure(variant: Callable[..., Any]) -> Deploy:
    """Create a model and an endpoint configuration of the same name; answer the name."""

    def make(cloud: Rehearsal, name: str, *, data: str = "", **changes: object) -> str:
        url = data or f"s3://models/{name}.tar.gz"
        cloud.control.create_model(
            ModelName=name,
            ExecutionRoleArn=ROLE,
            PrimaryContainer={"Image": "image", "ModelDataUrl": url},
        )
        cloud.control.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[variant(model=name, **changes)]
        )
        return name

    return make


@pytest.fixture
def serve(configure: Deploy) -> Deploy:
    """Bring the endpoint `name` into service with a model and a configuration `config`."""

    def make(cloud: Rehearsal, name: str, config: str = "one", **changes: object) -> str:
        configure(cloud, config, **changes)
        cloud.control.create_endpoint(EndpointName=name, EndpointConfigName=config)
        cloud.pass_time(0)
        return name

    return make


@pytest.fixture
def refused() -> Refused:
    """Make a call that must be refused; answer the error's code and message."""

    def call(made: Callable[[], object]) -> tuple[str, str]:
        with pytest.raises(ClientError) as caught:
            made()
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]

    return call
