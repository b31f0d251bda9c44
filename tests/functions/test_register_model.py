from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World


def test_the_bytes_are_pinned_and_registered_once(
    world: "World", call: "Call", advance: "Advance"
) -> None:
    world.upload_model()
    document = advance("RegisterModel")
    arn = call("register_model", document)
    assert call("register_model", document) == arn
    found = world.sagemaker.control.describe_model_package(ModelPackageName=arn)
    assert found["ModelApprovalStatus"] == "Approved"
    url = found["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    bucket, key = url.removeprefix("s3://").split("/", 1)
    pinned = world.aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    uploaded = world.aws.client("s3").get_object(Bucket=bucket, Key="models/housing/model.tar.gz")
    assert pinned == uploaded["Body"].read()
