"""Endpoint configurations: what is checked when one is created."""

from collections.abc import Callable
from typing import Any

import pytest
from slipway_local.sagemaker.rehearsal import Rehearsal

Deploy = Callable[..., str]
Refused = Callable[[Callable[[], object]], tuple[str, str]]

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
SERVERLESS = {"MemorySizeInMB": 1024, "MaxConcurrency": 1}
SERVERLESS_ONLY: dict[str, Any] = {"InstanceType": None, "InitialInstanceCount": None}


def test_refuses_in_the_words_of_aws(
    cloud: Rehearsal, configure: Deploy, variant: Callable[..., Any], refused: Refused
) -> None:
    configure(cloud, "one")

    def create(name: str, model: str) -> object:
        return cloud.control.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[variant(model=model)]
        )

    assert refused(lambda: create("one", "one")) == (
        "ValidationException",
        f'Cannot create already existing endpoint configuration "{ARN}:endpoint-config/one".',
    )
    assert refused(lambda: create("two", "gone")) == (
        "ValidationException",
        f'Could not find model "{ARN}:model/gone".',
    )
    missing = f'Could not find endpoint configuration "{ARN}:endpoint-config/gone".'
    describe = cloud.control.describe_endpoint_config
    assert refused(lambda: describe(EndpointConfigName="gone"))[1] == missing
    delete = cloud.control.delete_endpoint_config
    assert refused(lambda: delete(EndpointConfigName="gone"))[1] == missing


@pytest.mark.parametrize(
    "changes",
    [
        [{"name": "same"}, {"name": "same"}],
        [{"ServerlessConfig": SERVERLESS}],
        [{"InstanceType": None}],
        [{"InitialInstanceCount": None}],
        [{"ModelName": None}],
        [SERVERLESS_ONLY | {"ServerlessConfig": {"MemorySizeInMB": 2500, "MaxConcurrency": 1}}],
        [SERVERLESS_ONLY | {"ServerlessConfig": SERVERLESS | {"ProvisionedConcurrency": 6}}],
    ],
)
def test_variants_must_make_sense(
    cloud: Rehearsal,
    configure: Deploy,
    variant: Callable[..., Any],
    refused: Refused,
    changes: list[dict[str, Any]],
) -> None:
    configure(cloud, "one")
    variants = [variant(model="one", **change) for change in changes]
    given = [{k: v for k, v in made.items() if v is not None} for made in variants]
    code, _ = refused(
        lambda: cloud.control.create_endpoint_config(
            EndpointConfigName="two",
            ProductionVariants=given,  # type: ignore[arg-type]  # plain dicts
        )
    )
    assert code == "ValidationException"


def test_a_configuration_in_use_can_be_deleted(cloud: Rehearsal, serve: Deploy) -> None:
    serve(cloud, "live")
    cloud.control.delete_endpoint_config(EndpointConfigName="one")
    assert cloud.control.list_endpoint_configs()["EndpointConfigs"] == []
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "one")
