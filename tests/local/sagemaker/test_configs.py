"""Endpoint configurations: what is checked when one is created."""

from collections.abc import Callable
from typing import Any

import pytest
from slipway_local.sagemaker.rehearsal import Rehearsal

from tests.local.sagemaker.conftest import CAPTURE, ROLE

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


@pytest.mark.parametrize(
    ("member", "model", "config"),
    [
        ("pipeline", {"Containers": [{"Image": "a"}, {"Image": "b"}]}, {}),
        (
            "MultiModel",
            {"PrimaryContainer": {"Image": "a", "Mode": "MultiModel", "ModelDataUrl": "s3://m/"}},
            {},
        ),
        (
            "EnableNetworkIsolation",
            {"PrimaryContainer": {"Image": "a"}, "EnableNetworkIsolation": True},
            {},
        ),
        (
            "VpcConfig",
            {
                "PrimaryContainer": {"Image": "a"},
                "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
            },
            {},
        ),
        ("DataCaptureConfig", {"PrimaryContainer": {"Image": "a"}}, {"DataCaptureConfig": CAPTURE}),
        ("must be the only one", {"PrimaryContainer": {"Image": "a"}}, {"second": True}),
    ],
)
def test_a_serverless_variant_is_refused_what_aws_excludes(
    cloud: Rehearsal, refused: Refused, member: str, model: dict[str, Any], config: dict[str, Any]
) -> None:
    cloud.control.create_model(ModelName="m", ExecutionRoleArn=ROLE, **model)
    names = ["v", "w"] if config.pop("second", False) else ["v"]
    variants: Any = [
        {"VariantName": name, "ModelName": "m", "ServerlessConfig": SERVERLESS} for name in names
    ]
    create = cloud.control.create_endpoint_config
    _, message = refused(
        lambda: create(EndpointConfigName="c", ProductionVariants=variants, **config)
    )
    assert member in message


def test_a_shadow_is_refused_where_aws_has_none(
    cloud: Rehearsal, configure: Deploy, variant: Callable[..., Any], refused: Refused
) -> None:
    configure(cloud, "one")
    front, behind = variant("front", "one"), variant("behind", "one")
    serverless: Any = {"VariantName": "w", "ModelName": "one", "ServerlessConfig": SERVERLESS}
    output: Any = {"OutputConfig": {"S3OutputPath": "s3://out"}}
    wrong: list[dict[str, Any]] = [
        {"ShadowProductionVariants": [variant("front", "one")]},
        {"ShadowProductionVariants": [serverless]},
        {"ShadowProductionVariants": [behind, variant("other", "one")]},
        {"ShadowProductionVariants": [behind], "AsyncInferenceConfig": output},
    ]
    create = cloud.control.create_endpoint_config
    for given in wrong:
        code, _ = refused(
            lambda given=given: create(  # type: ignore[misc]  # bound early
                EndpointConfigName="c", ProductionVariants=[front], **given
            )
        )
        assert code == "ValidationException"


def test_a_configuration_in_use_can_be_deleted(cloud: Rehearsal, serve: Deploy) -> None:
    serve(cloud, "live")
    cloud.control.delete_endpoint_config(EndpointConfigName="one")
    assert cloud.control.list_endpoint_configs()["EndpointConfigs"] == []
    described = cloud.control.describe_endpoint(EndpointName="live")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "one")
