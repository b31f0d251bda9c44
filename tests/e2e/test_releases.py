"""Releases on a deployed cloud: what is uploaded is served, updated in place, approved, or held."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from slipway_cli.follow import AWAITS_APPROVAL

KEY = "models/slow/model.tar.gz"
MANUAL = "approval: manual\n"
PROBED = """
probes:
  - body: 1,2
    expect: {columns: 1, between: [104, 106]}
"""
SCRIPT = b"""
import joblib

def model_fn(model_dir):
    return joblib.load(model_dir + "/model.joblib")

def predict_fn(rows, model):
    return model.predict(rows.reshape(-1, 2)) * 1000
"""


def test_an_upload_becomes_an_endpoint_that_answers(slipway: Any, models: Any) -> None:
    end = slipway.release("first", models.line())
    assert end.verdict == "Released", end.reason
    assert slipway.predict("first", "1,2") == pytest.approx(5)
    assert slipway.describe("first")["EndpointStatus"] == "InService"


def test_what_is_served_is_a_registered_version_of_exactly_the_uploaded_bytes(
    slipway: Any, models: Any
) -> None:
    assert slipway.release("pinned", models.line()).verdict == "Released"
    sagemaker, s3 = slipway.client("sagemaker"), slipway.client("s3")
    (package,) = sagemaker.list_model_packages(ModelPackageGroupName="slipway-pinned")[
        "ModelPackageSummaryList"
    ]
    version = sagemaker.describe_model_package(ModelPackageName=package["ModelPackageArn"])
    (container,) = version["InferenceSpecification"]["Containers"]
    bucket, key = container["ModelDataUrl"].removeprefix("s3://").split("/", 1)
    pinned = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    uploaded = s3.get_object(Bucket=bucket, Key="models/pinned/model.tar.gz")["Body"].read()
    assert version["ModelApprovalStatus"] == "Approved"
    assert pinned == uploaded
    assert hashlib.sha256(uploaded).hexdigest() in key


def test_what_was_finished_last_is_served_though_it_began_first(
    slipway: Any, models: Any, tmp_path: Path, eventually: Any
) -> None:
    s3, where = slipway.client("s3"), {"Bucket": slipway.stack.bucket, "Key": KEY}
    slow = s3.create_multipart_upload(**where)
    assert slipway.release("slow", models.line()).verdict == "Released"
    large = slipway.archive(tmp_path / "large.tar.gz", models.trees()).read_bytes()
    part = {**where, "UploadId": slow["UploadId"], "PartNumber": 1}
    etag = s3.upload_part(**part, Body=large)["ETag"]
    done = s3.complete_multipart_upload(
        **where,
        UploadId=slow["UploadId"],
        MultipartUpload={"Parts": [{"ETag": etag, "PartNumber": 1}]},
    )
    eventually(lambda: slipway.predict("slow") > 100)
    arrived = {each.key: each for each in slipway.stack.ports.ledger.load("slow").arrived}
    assert arrived[KEY].version_id == done["VersionId"]
    assert arrived[KEY].size == len(large)


def test_the_same_bytes_can_serve_two_deployments(
    slipway: Any, models: Any, tmp_path: Path
) -> None:
    archive = slipway.archive(tmp_path / "model.tar.gz", models.line())
    assert slipway.release_file("one", archive).verdict == "Released"
    assert slipway.release_file("other", archive).verdict == "Released"
    assert slipway.predict("one") == slipway.predict("other")


def test_an_update_in_place_fails_no_request(slipway: Any, models: Any, eventually: Any) -> None:
    assert slipway.release("busy", models.line()).verdict == "Released"
    created = slipway.describe("busy")["CreationTime"]
    with slipway.traffic("busy") as traffic:
        eventually(lambda: len(traffic.answers) > 50)
        assert slipway.release("busy", models.trees()).verdict == "Released"
        eventually(lambda: float(traffic.answers[-1].body or 0) > 100)
    assert traffic.failures == []
    assert float(traffic.answers[0].body) == pytest.approx(5)
    assert slipway.describe("busy")["CreationTime"] == created


def test_a_script_in_the_archive_serves_the_model(slipway: Any, models: Any) -> None:
    end = slipway.release("scripted", {**models.line(), "code/inference.py": SCRIPT})
    assert end.verdict == "Released", end.reason
    assert slipway.predict("scripted") == pytest.approx(5000)


def test_probes_that_pass_release_and_probes_that_fail_bring_the_version_before_back(
    slipway: Any, models: Any
) -> None:
    assert slipway.release("probed", models.line(100), PROBED).verdict == "Released"
    end = slipway.release("probed", models.line(200))
    assert end.verdict == "Held"
    assert "205.0 is not between 104 and 106" in end.reason
    assert slipway.predict("probed") == pytest.approx(105)


def test_a_manual_approval_waits_for_a_person(slipway: Any, models: Any) -> None:
    line, wish = slipway.push("careful", models.line(), MANUAL)
    assert slipway.ended("careful", line, wish).verdict == AWAITS_APPROVAL
    sagemaker = slipway.client("sagemaker")
    assert sagemaker.list_endpoints(NameContains="slipway-careful")["Endpoints"] == []
    approve(slipway, "careful", "Approved")
    assert slipway.ended_after_approval("careful", wish).verdict == "Released"
    assert slipway.predict("careful") == pytest.approx(5)


def test_a_rejected_version_is_not_deployed(slipway: Any, models: Any) -> None:
    line, wish = slipway.push("unwanted", models.line(), MANUAL)
    assert slipway.ended("unwanted", line, wish).verdict == AWAITS_APPROVAL
    approve(slipway, "unwanted", "Rejected")
    end = slipway.ended_after_approval("unwanted", wish)
    assert (end.verdict, "rejected" in end.reason) == ("Held", True)
    endpoints = slipway.client("sagemaker").list_endpoints(NameContains="slipway-unwanted")
    assert endpoints["Endpoints"] == []


def test_a_release_by_hand_with_nothing_to_do_changes_nothing(slipway: Any, models: Any) -> None:
    assert slipway.release("idle", models.line()).verdict == "Released"
    before = slipway.describe("idle")
    states = slipway.states(slipway.run("idle"))
    assert states == ["Decide", "Choose", "Announce", "Verdict", "Released"]
    assert slipway.describe("idle")["LastModifiedTime"] == before["LastModifiedTime"]


def approve(slipway: Any, deployment: str, verdict: str) -> None:
    """A person's word, in the model registry."""
    sagemaker = slipway.client("sagemaker")
    (version,) = sagemaker.list_model_packages(ModelPackageGroupName=f"slipway-{deployment}")[
        "ModelPackageSummaryList"
    ]
    sagemaker.update_model_package(
        ModelPackageArn=version["ModelPackageArn"], ModelApprovalStatus=verdict
    )
