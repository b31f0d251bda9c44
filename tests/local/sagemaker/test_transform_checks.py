"""What CreateTransformJob refuses, before anything is started."""

from collections.abc import Callable
from typing import Any

import pytest
from slipway_local.sagemaker.rehearsal import Rehearsal
from slipway_local.sagemaker.scripted import Script

from tests.local.sagemaker.conftest import ROLE

Refused = Callable[[Callable[[], object]], tuple[str, str]]

CSV = {"ContentType": "text/csv", "SplitType": "Line"}
JOINED = {"JoinSource": "Input"}


def transform(
    cloud: Rehearsal,
    source: dict[str, Any],
    output: dict[str, Any],
    *,
    kind: str = "S3Prefix",
    uri: str = "s3://data/in",
    **changes: Any,  # noqa: ANN401
) -> object:
    data: Any = {"S3DataSource": {"S3DataType": kind, "S3Uri": uri}}
    usual: dict[str, Any] = {
        "TransformJobName": "job",
        "ModelName": "one",
        "TransformInput": {"DataSource": data, **source},
        "TransformOutput": {"S3OutputPath": "s3://data/out", **output},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 2},
    }
    return cloud.control.create_transform_job(**usual | changes)


def cloud_with(**container: Any) -> Rehearsal:  # noqa: ANN401
    cloud = Rehearsal(
        scripts={"image": Script(after=60)}, quotas={"ml.m5.large for transform job usage": 3}
    )
    definition: Any = {"Image": "image", **container}
    cloud.control.create_model(ModelName="one", ExecutionRoleArn=ROLE, PrimaryContainer=definition)
    cloud.objects["s3://data/in/a.csv"] = b"1,2\n"
    return cloud


@pytest.mark.parametrize(
    ("source", "output", "changes", "words"),
    [
        ({}, {}, {"MaxPayloadInMB": 101}, "MaxPayloadInMB is 101"),
        ({}, {}, {"MaxPayloadInMB": 26, "MaxConcurrentTransforms": 4}, "is 104: it cannot exceed"),
        ({}, {}, {"kind": "AugmentedManifestFile"}, "S3DataType is AugmentedManifestFile"),
        ({}, {}, {"uri": "https://data/in"}, "S3Uri is https://data/in"),
        ({}, {"S3OutputPath": "https://data"}, {}, "S3OutputPath is https://data"),
        ({}, {}, {"uri": "s3://data/none"}, 'No S3 objects found under S3 URL "s3://data/none"'),
        ({}, {}, {"ModelName": "none"}, "Could not find model"),
        (CSV, {}, {"DataProcessing": {"InputFilter": "id"}}, "'id' does not begin with $"),
        (CSV, {}, {"DataProcessing": {"InputFilter": "$.id"}}, "InputFilter is $.id"),
        (CSV, {}, {"DataProcessing": {"OutputFilter": "$['a']"}}, "OutputFilter is $['a']"),
        ({}, {}, {"DataProcessing": {"InputFilter": "$[0]"}}, "ContentType to be one of text/csv"),
        (CSV, {"Accept": "a/b"}, {"DataProcessing": {"OutputFilter": "$[0]"}}, "Accept to be one"),
        ({**CSV, "SplitType": "None"}, {}, {"DataProcessing": JOINED}, "SplitType to be Line"),
        (CSV, {}, {"DataProcessing": JOINED}, "SplitType, which is Line, and the AssembleWith"),
        (
            {**CSV, "ContentType": "application/json", "SplitType": "RecordIO"},
            {},
            {"DataProcessing": JOINED},
            "Line or None, not RecordIO",
        ),
        (
            CSV,
            {"Accept": "application/jsonlines", "AssembleWith": "Line"},
            {"DataProcessing": JOINED},
            "of one format",
        ),
        ({}, {}, {"DataCaptureConfig": {"DestinationS3Uri": "s3://a/b"}}, "DataCaptureConfig"),
    ],
)
def test_a_request_is_refused_by_name(
    refused: Refused,
    source: dict[str, Any],
    output: dict[str, Any],
    changes: dict[str, Any],
    words: str,
) -> None:
    cloud = cloud_with()
    code, message = refused(lambda: transform(cloud, source, output, **changes))
    assert (code, words in message) == ("ValidationException", True), message
    assert not cloud.launcher.launched


@pytest.mark.parametrize(
    ("source", "output", "asked"),
    [
        (CSV, {"AssembleWith": "Line", "Accept": "text/csv; charset=utf-8"}, JOINED),
        (CSV, {"Accept": "application/json"}, {"OutputFilter": "$.predictions"}),
        ({"ContentType": "application/json"}, {}, JOINED),
        ({}, {}, {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"}),
    ],
)
def test_what_goes_together_is_taken(
    source: dict[str, Any], output: dict[str, Any], asked: dict[str, str]
) -> None:
    cloud = cloud_with()
    transform(cloud, source, output, DataProcessing=asked)
    assert len(cloud.launcher.launched) == 1


@pytest.mark.parametrize(
    ("container", "words"),
    [
        ({"Mode": "MultiModel", "ModelDataUrl": "s3://models/"}, "MultiModel"),
        (
            {
                "ModelDataSource": {
                    "S3DataSource": {
                        "S3Uri": "s3://models/one.tar.gz",
                        "S3DataType": "S3Object",
                        "CompressionType": "Gzip",
                    }
                }
            },
            "ModelDataSource is not supported with batch transform",
        ),
    ],
)
def test_some_models_are_for_endpoints_only(
    refused: Refused, container: dict[str, Any], words: str
) -> None:
    cloud = cloud_with(**container)
    code, message = refused(lambda: transform(cloud, {}, {}))
    assert (code, words in message) == ("ValidationException", True)


def test_the_models_role_must_still_be_there(refused: Refused) -> None:
    cloud = cloud_with()
    cloud.service.account.has_role = lambda _: False
    code, message = refused(lambda: transform(cloud, {}, {}))
    assert (code, message.startswith(f"Could not assume role {ROLE}")) == (
        "ValidationException", True,
    )  # fmt: skip


def test_instances_are_counted_while_jobs_run(refused: Refused) -> None:
    cloud = cloud_with()
    transform(cloud, {}, {})
    code, message = refused(lambda: transform(cloud, {}, {}, TransformJobName="more"))
    assert code == "ResourceLimitExceeded"
    assert "'ml.m5.large for transform job usage' is 3 Instances" in message
    assert "current utilization of 2 Instances and a request delta of 2 Instances" in message
    cloud.pass_time(61)
    transform(cloud, {}, {}, TransformJobName="more")
