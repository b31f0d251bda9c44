"""Tags on anything that has an ARN."""

from collections.abc import Callable

from slipway_local.sagemaker.rehearsal import Rehearsal

Deploy = Callable[..., str]
Refused = Callable[[Callable[[], object]], tuple[str, str]]

ARN = "arn:aws:sagemaker:us-east-1:000000000000:endpoint/live"


def test_tags_come_and_go(cloud: Rehearsal, configure: Deploy) -> None:
    configure(cloud, "one")
    cloud.control.create_endpoint(
        EndpointName="live", EndpointConfigName="one", Tags=[{"Key": "a", "Value": "1"}]
    )
    cloud.control.add_tags(
        ResourceArn=ARN, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": ""}]
    )
    assert cloud.control.list_tags(ResourceArn=ARN)["Tags"] == [
        {"Key": "a", "Value": "2"},
        {"Key": "b", "Value": ""},
    ]
    cloud.control.delete_tags(ResourceArn=ARN, TagKeys=["a", "never"])
    assert cloud.control.list_tags(ResourceArn=ARN)["Tags"] == [{"Key": "b", "Value": ""}]


def test_many_tags_come_in_pages(cloud: Rehearsal, serve: Deploy) -> None:
    serve(cloud, "live")
    keys = [f"key-{number:03}" for number in range(75)]
    for part in (keys[:40], keys[40:]):
        cloud.control.add_tags(ResourceArn=ARN, Tags=[{"Key": key, "Value": "v"} for key in part])
    pages = list(cloud.control.get_paginator("list_tags").paginate(ResourceArn=ARN))
    assert [len(page["Tags"]) for page in pages] == [50, 25]
    assert [tag["Key"] for page in pages for tag in page["Tags"]] == keys


def test_refuses_arns_of_nothing_and_of_elsewhere(cloud: Rehearsal, refused: Refused) -> None:
    gone = refused(lambda: cloud.control.list_tags(ResourceArn=ARN))
    assert gone == ("ValidationException", f'Could not find resource "{ARN}".')
    elsewhere = ARN.replace("us-east-1", "eu-west-1")
    assert refused(lambda: cloud.control.list_tags(ResourceArn=elsewhere)) == (
        "ValidationException",
        "ARN should be scoped to correct region: us-east-1",
    )
