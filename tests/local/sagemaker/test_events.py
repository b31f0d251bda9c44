"""Events in the shapes that AWS publishes."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from slipway_local.sagemaker.account import Durations
from slipway_local.sagemaker.events import iso, iso_of_logs, shouted
from slipway_local.sagemaker.rehearsal import START, Rehearsal
from slipway_local.sagemaker.scripted import Script

Deploy = Callable[..., str]

PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "events"


def published(name: str) -> Any:  # noqa: ANN401  whatever AWS printed
    """A sample of the documentation, with its slips of the pen mended."""
    path = PUBLISHED / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    text = path.read_text().replace("Timestamp,", "0,")
    text = re.sub(r",(\s*[}\]])", r"\1", text)
    missing = text.count("{") - text.count("}")
    return json.loads(text + "}" * missing)


def keys(detail: Mapping[str, Any]) -> set[str]:
    return set(detail)


def details(cloud: Rehearsal, subject: str) -> list[Mapping[str, Any]]:
    wanted = f"SageMaker {subject} State Change"
    return [event["Detail"] for event in cloud.events if event["DetailType"] == wanted]


def test_endpoint_events_tell_every_status_once(serve: Deploy, configure: Deploy) -> None:
    cloud = Rehearsal(scripts={"s3://bad": Script(failure="x")})
    serve(cloud, "live")
    configure(cloud, "two", data="s3://bad")
    cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="two")
    cloud.pass_time(1)
    cloud.pass_time(1)
    cloud.control.delete_endpoint(EndpointName="live")
    statuses = [detail["EndpointStatus"] for detail in details(cloud, "Endpoint")]
    assert statuses == [
        "CREATING",
        "IN_SERVICE",
        "UPDATING",
        "ROLLING_BACK",
        "IN_SERVICE",
        "DELETING",
    ]


def test_endpoint_event_has_the_published_shape(cloud: Rehearsal, serve: Deploy) -> None:
    sample = published("sagemaker.SageMaker_Endpoint_State_Change.4.json")
    serve(cloud, "Live")
    event = next(e for e in cloud.events if e["DetailType"] == sample["detail-type"])
    assert event["Source"] == sample["source"]
    assert event["Resources"] == ["arn:aws:sagemaker:us-east-1:000000000000:endpoint/live"]
    assert keys(event["Detail"]) == keys(sample["detail"])
    assert event["Detail"]["EndpointName"] == "Live"
    assert event["Detail"]["CreationTime"] == START * 1000
    (variant,) = event["Detail"]["ProductionVariants"]
    assert keys(variant) == keys(sample["detail"]["ProductionVariants"][0])


def test_deployment_event_has_the_published_shape(serve: Deploy, configure: Deploy) -> None:
    sample = published("sagemaker.SageMaker_Endpoint_Deployment_State_Change.11.json")["detail"]
    cloud = Rehearsal(durations=Durations(updating=60))
    serve(cloud, "live")
    configure(cloud, "two")
    cloud.events.clear()
    cloud.control.update_endpoint(EndpointName="live", EndpointConfigName="two")
    (detail,) = details(cloud, "Endpoint Deployment")
    assert keys(detail) == keys(sample)
    assert keys(detail["ProductionVariants"][0]) == keys(sample["ProductionVariants"][0])
    pending, wanted = detail["PendingDeploymentSummary"], sample["PendingDeploymentSummary"]
    assert keys(pending) == keys(wanted)
    variant, wanted_variant = pending["ProductionVariants"][0], wanted["ProductionVariants"][0]
    assert keys(variant) == keys(wanted_variant)
    assert keys(variant["VariantStatus"][0]) == keys(wanted_variant["VariantStatus"][0])
    assert detail["EndpointStatus"] == sample["EndpointStatus"] == "UPDATING"


def test_model_package_event_has_the_published_shape(cloud: Rehearsal) -> None:
    sample = published("sagemaker.SageMaker_Model_Package_State_Change.6.json")["detail"]
    cloud.control.create_model_package_group(ModelPackageGroupName="group")
    arn = cloud.control.create_model_package(
        ModelPackageGroupName="group",
        InferenceSpecification=sample["InferenceSpecification"],
        MetadataProperties=sample["MetadataProperties"],
        ModelMetrics=sample["ModelMetrics"],
    )["ModelPackageArn"]
    cloud.control.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Rejected")
    created, changed = details(cloud, "Model Package")
    assert created["ModelApprovalStatus"] == "PendingManualApproval"
    assert keys(changed) == keys(sample)
    for key in ("InferenceSpecification", "ModelPackageStatusDetails", "ModelApprovalStatus"):
        assert changed[key] == sample[key]


def test_models_tell_of_their_birth_and_death(cloud: Rehearsal) -> None:
    cloud.control.create_model(ModelName="m", PrimaryContainer={"Image": "i"})
    cloud.control.delete_model(ModelName="m")
    assert [event["DetailType"] for event in cloud.events] == ["SageMaker Model State Change"] * 2
    assert {tuple(event["Resources"]) for event in cloud.events} == {
        ("arn:aws:sagemaker:us-east-1:000000000000:model/m",)
    }


@pytest.mark.parametrize(
    ("status", "spelt"),
    [
        ("InService", "IN_SERVICE"),
        ("UpdateRollbackFailed", "UPDATE_ROLLBACK_FAILED"),
        ("Creating", "CREATING"),
    ],
)
def test_statuses_are_shouted(status: str, spelt: str) -> None:
    assert shouted(status) == spelt


def test_iso_times() -> None:
    assert iso(1614186014.9) == "2021-02-24T17:00:14Z"
    assert iso_of_logs(1614186014.0625) == "2021-02-24T17:00:14.062"
