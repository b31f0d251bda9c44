"""Constraints, in AWS's words."""

from typing import Any

import pytest
from slipway_local.sagemaker.errors import Refusal
from slipway_local.sagemaker.shapes import Shapes
from slipway_local.sagemaker.wire import service_model

NAME_PATTERN = r"[a-zA-Z0-9]([\-a-zA-Z0-9]*[a-zA-Z0-9])?"
VARIANT = {"VariantName": "v", "ModelName": "m"}


def check(operation: str, params: dict[str, Any], service: str = "sagemaker") -> dict[str, Any]:
    shape = service_model(service).operation_model(operation).input_shape
    return Shapes().check(shape, params, "ValidationException")


@pytest.mark.parametrize(
    ("operation", "params", "problem"),
    [
        (
            "DescribeModel",
            {},
            "Value null at 'modelName' failed to satisfy constraint: Member must not be null",
        ),
        (
            "ListModels",
            {"MaxResults": 0},
            (
                "Value '0' at 'maxResults' failed to satisfy constraint: Member must have value "
                "greater than or equal to 1"
            ),
        ),
        (
            "ListModels",
            {"MaxResults": 101},
            (
                "Value '101' at 'maxResults' failed to satisfy constraint: Member must have value "
                "less than or equal to 100"
            ),
        ),
        (
            "ListModels",
            {"SortOrder": "Up"},
            (
                "Value 'Up' at 'sortOrder' failed to satisfy constraint: Member must satisfy enum "
                "value set: [Ascending, Descending]"
            ),
        ),
        (
            "CreateEndpointConfig",
            {"EndpointConfigName": "c", "ProductionVariants": []},
            (
                "Value '[]' at 'productionVariants' failed to satisfy constraint: Member must have "
                "length greater than or equal to 1"
            ),
        ),
        (
            "CreateEndpointConfig",
            {
                "EndpointConfigName": "c",
                "ProductionVariants": [VARIANT, {**VARIANT, "ModelName": "not a name"}],
            },
            (
                "Value 'not a name' at 'productionVariants.2.member.modelName' failed to satisfy "
                f"constraint: Member must satisfy regular expression pattern: {NAME_PATTERN}"
            ),
        ),
        (
            "CreateModel",
            {
                "ModelName": "m",
                "VpcConfig": {"SecurityGroupIds": ["no spaces"], "Subnets": ["s"]},
            },
            (
                "Value '[no spaces]' at 'vpcConfig.securityGroupIds' failed to satisfy "
                "constraint: Member must satisfy constraint: [Member must have length less than "
                "or equal to 32, Member must satisfy regular expression pattern: [-0-9a-zA-Z]+]"
            ),
        ),
        (
            "CreateModel",
            {"ModelName": "m", "PrimaryContainer": {"Environment": {"1": "v"}}},
            (
                "Value '{1=v}' at 'primaryContainer.environment' failed to satisfy constraint: Map "
                "keys must satisfy constraint: [Member must have length less than or equal to "
                "1024, Member must satisfy regular expression pattern: [a-zA-Z_][a-zA-Z0-9_]*]"
            ),
        ),
    ],
)
def test_says_what_is_wrong_as_aws_does(
    operation: str, params: dict[str, Any], problem: str
) -> None:
    with pytest.raises(Refusal) as refused:
        check(operation, params)
    assert refused.value.code == "ValidationException"
    assert refused.value.message == f"1 validation error detected: {problem}"


def test_counts_several_problems() -> None:
    with pytest.raises(Refusal) as refused:
        check("CreateEndpoint", {})
    assert refused.value.message == (
        "2 validation errors detected: Value null at 'endpointName' failed to satisfy constraint: "
        "Member must not be null; Value null at 'endpointConfigName' failed to satisfy "
        "constraint: Member must not be null"
    )


def test_drops_what_no_shape_names_and_nulls() -> None:
    params = {"ModelName": "m", "ExecutionRoleArn": None, "Colour": "red"}
    assert check("CreateModel", params) == {"ModelName": "m"}


def test_letters_of_all_languages_are_letters() -> None:
    params = {"ModelPackageGroupName": "g", "ModelPackageGroupDescription": "Größe 大 №1"}
    assert check("CreateModelPackageGroup", params) == params


def test_a_secret_value_is_not_repeated() -> None:
    params = {"EndpointName": "e", "Body": b"", "CustomAttributes": "secret" * 200}
    with pytest.raises(Refusal) as refused:
        check("InvokeEndpoint", params, "sagemaker-runtime")
    assert "secret" not in refused.value.message
    assert "Value at 'customAttributes'" in refused.value.message


@pytest.mark.parametrize("service", ["sagemaker", "sagemaker-runtime"])
def test_every_operation_of_the_model_compiles(service: str) -> None:
    model, shapes = service_model(service), Shapes()
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        if shape is not None and not shape.required_members:
            assert shapes.check(shape, {}, "ValidationException") == {}
        elif shape is not None:
            with pytest.raises(Refusal, match="Member must not be null"):
                shapes.check(shape, {}, "ValidationException")
