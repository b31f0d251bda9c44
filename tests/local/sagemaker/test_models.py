"""Models: create, describe, list, delete, and what refuses."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from slipway_local.sagemaker.rehearsal import Rehearsal

Refused = Callable[[Callable[[], object]], tuple[str, str]]

ROLE = "arn:aws:iam::123456789012:role/serving"
ARN = "arn:aws:sagemaker:us-east-1:000000000000:model"


def test_a_model_is_described_as_it_was_created(cloud: Rehearsal) -> None:
    container = {"Image": "image", "ModelDataUrl": "s3://b/k", "Environment": {"A": "1"}}
    created = cloud.control.create_model(
        ModelName="M-1",
        ExecutionRoleArn=ROLE,
        PrimaryContainer=container,  # type: ignore[arg-type]  # a plain dict
        EnableNetworkIsolation=True,
    )
    assert created["ModelArn"] == f"{ARN}/m-1"
    described = cloud.control.describe_model(ModelName="M-1")
    assert described["ModelName"] == "M-1"
    assert described["PrimaryContainer"] == container
    assert described["EnableNetworkIsolation"] is True
    assert described["CreationTime"].timestamp() == cloud.clock.now


def test_refuses_in_the_words_of_aws(cloud: Rehearsal, refused: Refused) -> None:
    def create() -> object:
        return cloud.control.create_model(
            ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "image"}
        )

    create()
    assert refused(create) == (
        "ValidationException",
        f'Cannot create already existing model "{ARN}/m".',
    )
    missing = ("ValidationException", f'Could not find model "{ARN}/gone".')
    assert refused(lambda: cloud.control.describe_model(ModelName="gone")) == missing
    assert refused(lambda: cloud.control.delete_model(ModelName="gone")) == missing


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"PrimaryContainer": {"Image": "a"}, "Containers": [{"Image": "a"}, {"Image": "b"}]},
        {"PrimaryContainer": {"ModelDataUrl": "s3://b/k"}},
    ],
)
def test_a_model_needs_one_way_to_name_its_image(
    cloud: Rehearsal, refused: Refused, arguments: dict[str, object]
) -> None:
    code, _ = refused(lambda: cloud.control.create_model(ModelName="m", **arguments))  # type: ignore[arg-type]  # plain dicts
    assert code == "ValidationException"


def test_a_model_may_come_from_a_package_that_nobody_approved(cloud: Rehearsal) -> None:
    cloud.control.create_model_package_group(ModelPackageGroupName="group")
    package = cloud.control.create_model_package(
        ModelPackageGroupName="group",
        ModelApprovalStatus="Rejected",
        InferenceSpecification={
            "Containers": [
                {"Image": "packed", "ModelDataUrl": "s3://b/k", "Environment": {"A": "1", "B": "1"}}
            ]
        },
    )
    cloud.control.create_model(
        ModelName="m",
        ExecutionRoleArn=ROLE,
        PrimaryContainer={
            "ModelPackageName": package["ModelPackageArn"],
            "Environment": {"B": "2"},
        },
    )
    cloud.control.create_endpoint_config(
        EndpointConfigName="c",
        ProductionVariants=[
            {
                "VariantName": "v",
                "ModelName": "m",
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 1,
            }
        ],
    )
    cloud.control.create_endpoint(EndpointName="e", EndpointConfigName="c")
    (server,) = cloud.launcher.launched
    assert server.container.image == "packed"
    assert server.container.model_data_url == "s3://b/k"
    assert server.container.environment == {"A": "1", "B": "2"}


def test_a_package_without_containers_makes_no_model(cloud: Rehearsal, refused: Refused) -> None:
    cloud.control.create_model_package(ModelPackageName="empty")
    code, message = refused(
        lambda: cloud.control.create_model(
            ModelName="m", PrimaryContainer={"ModelPackageName": "empty"}
        )
    )
    assert code == "ValidationException"
    assert "has no InferenceSpecification" in message


def test_a_model_cannot_come_from_a_package_that_is_not_there(
    cloud: Rehearsal, refused: Refused
) -> None:
    code, message = refused(
        lambda: cloud.control.create_model(
            ModelName="m",
            ExecutionRoleArn=ROLE,
            PrimaryContainer={"ModelPackageName": "gone"},
        )
    )
    assert (code, message) == (
        "ValidationException",
        "ModelPackage arn:aws:sagemaker:us-east-1:000000000000:model-package/gone does not exist.",
    )


def _source(uri: str, kind: str = "S3Object", compression: str = "Gzip") -> object:
    source = {"S3Uri": uri, "S3DataType": kind, "CompressionType": compression}
    return {"Image": "image", "ModelDataSource": {"S3DataSource": source}}


def test_a_role_must_let_sagemaker_assume_it(refused: Refused) -> None:
    cloud = Rehearsal(has_role=lambda _: False)
    create = cloud.control.create_model
    container: Any = {"Image": "image"}
    given: Any = {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": container}
    code, message = refused(lambda: create(**given))
    assert (code, message[:60]) == ("ValidationException", f"Could not assume role {ROLE}"[:60])


@pytest.mark.parametrize(
    ("names", "mode", "said"),
    [
        (["a", "a"], "Serial", "must be unique"),
        (["a", None], "Serial", "for another has one"),
        ([None, None], "Direct", "Mode is Direct"),
    ],
)
def test_containers_have_names_of_their_own(
    cloud: Rehearsal, refused: Refused, names: list[str | None], mode: str, said: str
) -> None:
    chain: Any = [{"Image": "i", **({"ContainerHostname": name} if name else {})} for name in names]
    code, message = refused(
        lambda: cloud.control.create_model(
            ModelName="m",
            ExecutionRoleArn=ROLE,
            Containers=chain,
            InferenceExecutionConfig={"Mode": mode},  # type: ignore[typeddict-item]
        )
    )
    assert (code, said in message) == ("ValidationException", True)


def test_data_that_no_container_here_could_read_is_refused(
    cloud: Rehearsal, refused: Refused
) -> None:
    container: Any = _source("s3://b/folder/", "S3Prefix", "None")
    create = cloud.control.create_model
    given: Any = {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": container}
    code, message = refused(lambda: create(**given))
    assert (code, "CompressionType" in message) == ("ValidationException", True)


@pytest.mark.parametrize(
    ("container", "missing"),
    [
        ({"Image": "image"}, None),
        ({"Image": "image", "ModelDataUrl": "s3://b/there.tar.gz"}, None),
        ({"Image": "image", "ModelDataUrl": "s3://b/gone.tar.gz"}, "s3://b/gone.tar.gz"),
        (_source("s3://b/there.tar.gz"), None),
        (_source("s3://b/gone.tar.gz"), "s3://b/gone.tar.gz"),
        ({"Image": "image", "Mode": "MultiModel", "ModelDataUrl": "s3://b/folder"}, None),
        ({"Image": "i", "Mode": "MultiModel", "ModelDataUrl": "s3://b/empty"}, None),
        ({"ModelPackageName": "package"}, "s3://b/packaged.tar.gz"),
    ],
)
def test_model_data_must_be_there(
    refused: Refused, container: dict[str, Any], missing: str | None
) -> None:
    cloud = Rehearsal(has_object={"s3://b/there.tar.gz", "s3://b/folder/"}.__contains__)
    cloud.control.create_model_package(
        ModelPackageName="package",
        InferenceSpecification={
            "Containers": [{"Image": "image", "ModelDataUrl": "s3://b/packaged.tar.gz"}]
        },
    )

    def create() -> object:
        given: Any = container
        return cloud.control.create_model(
            ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer=given
        )

    if missing is None:
        create()
    else:
        text = f"Could not find model data at {missing}."
        assert refused(create) == ("ValidationException", text)
        assert cloud.control.list_models()["Models"] == []


def test_an_image_that_no_container_can_be_started_of_is_refused_before_anything_runs(
    refused: Refused,
) -> None:
    cloud = Rehearsal(image_trouble=lambda image: "" if image == "known" else "it is too old")
    create = partial(cloud.control.create_model, ExecutionRoleArn=ROLE)
    create(ModelName="a", PrimaryContainer={"Image": "known"})
    given: Any = {"ModelName": "b", "PrimaryContainer": {"Image": "unknown"}}
    code, message = refused(lambda: create(**given))
    assert code == "ValidationException"
    assert message == "Requested image not found: it is too old (unknown)."
