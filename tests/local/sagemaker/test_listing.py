"""Filters, order and pages of the List operations."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from slipway_local.sagemaker.rehearsal import START, Rehearsal

Refused = Callable[[Callable[[], object]], tuple[str, str]]


@pytest.fixture
def models(cloud: Rehearsal) -> Rehearsal:
    """m-00 … m-24, a second apart."""
    for number in range(25):
        cloud.control.create_model(ModelName=f"m-{number:02}", PrimaryContainer={"Image": "i"})
        cloud.pass_time(1)
    return cloud


def names(cloud: Rehearsal, **options: Any) -> list[str]:  # noqa: ANN401  boto3's own types
    return [model["ModelName"] for model in cloud.control.list_models(**options)["Models"]]


def moment(second: float) -> datetime:
    return datetime.fromtimestamp(START + second, UTC)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [f"m-{n:02}" for n in range(24, 14, -1)]),
        ({"SortOrder": "Ascending", "MaxResults": 2}, ["m-00", "m-01"]),
        ({"SortBy": "Name", "MaxResults": 1}, ["m-24"]),
        ({"NameContains": "-1", "MaxResults": 3}, ["m-19", "m-18", "m-17"]),
        ({"CreationTimeAfter": moment(23)}, ["m-24", "m-23"]),
        ({"CreationTimeBefore": moment(2)}, ["m-01", "m-00"]),
    ],
)
def test_filters_and_order(models: Rehearsal, options: dict[str, Any], expected: list[str]) -> None:
    assert names(models, **options) == expected


def test_pages_neither_repeat_nor_skip_while_others_come_and_go(models: Rehearsal) -> None:
    first = models.control.list_models(MaxResults=10)
    models.control.delete_model(ModelName="m-20")
    models.control.create_model(ModelName="newer", PrimaryContainer={"Image": "i"})
    second = models.control.list_models(MaxResults=10, NextToken=first["NextToken"])
    assert [model["ModelName"] for model in second["Models"]] == [
        f"m-{n:02}" for n in range(14, 4, -1)
    ]


def test_the_paginator_finds_everything(models: Rehearsal) -> None:
    pages = list(models.control.get_paginator("list_models").paginate())
    assert [len(page["Models"]) for page in pages] == [10, 10, 5]
    assert "NextToken" not in pages[-1]


@pytest.mark.parametrize(
    "token", ["x", "bm90IGpzb24=", "WzEsMl0=", "e30=", "WyJhIiwgImIiXQ==", "MQ=="]
)
def test_a_token_of_ones_own_is_refused(models: Rehearsal, refused: Refused, token: str) -> None:
    code, message = refused(lambda: models.control.list_models(NextToken=token))
    assert code == "ValidationException"
    assert token in message


def test_modification_times_filter_endpoints(cloud: Rehearsal, serve: Callable[..., str]) -> None:
    serve(cloud, "live")
    cloud.pass_time(10)
    cloud.service.start_maintenance("live", 5)
    listed = cloud.control.list_endpoints(LastModifiedTimeAfter=moment(9))["Endpoints"]
    assert [endpoint["EndpointName"] for endpoint in listed] == ["live"]
    assert cloud.control.list_endpoints(LastModifiedTimeBefore=moment(9))["Endpoints"] == []
