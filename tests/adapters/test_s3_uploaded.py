from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest
from slipway.adapters.s3_uploaded import S3Uploaded
from slipway.domain.desired import Artifact, Uploads
from slipway.domain.errors import Refused

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "bucket"


@pytest.fixture
def uploaded(aws: boto3.Session, s3: "S3Client") -> S3Uploaded:
    del s3
    return S3Uploaded(aws, BUCKET)


def upload(s3: "S3Client", key: str, body: bytes = b"x") -> str:
    return s3.put_object(Bucket=BUCKET, Key=key, Body=body)["VersionId"]


def test_every_folder_that_can_be_a_name_is_a_deployment(
    s3: "S3Client", uploaded: S3Uploaded
) -> None:
    for key in ("models/a/model.tar.gz", "models/b-2/slipway.yaml", "models/Bad Name/m.tar.gz"):
        upload(s3, key)
    upload(s3, "artifacts/c/model.tar.gz")
    assert uploaded.deployments() == ["a", "b-2"]


def test_nothing_uploaded_is_nothing_found(uploaded: S3Uploaded) -> None:
    assert uploaded.newest("a") == Uploads({}, None)


def test_the_newest_version_of_the_archive_and_the_manifest_are_found(
    s3: "S3Client", uploaded: S3Uploaded
) -> None:
    upload(s3, "models/a/model.tar.gz", b"old")
    version = upload(s3, "models/a/model.tar.gz", b"newer")
    manifest = upload(s3, "models/a/slipway.yaml", b"approval: manual")
    upload(s3, "models/a/readme.md")
    upload(s3, "models/ab/model.tar.gz", b"another deployment's")
    found = uploaded.newest("a")
    artifact = found.parts[""]
    assert (artifact.version_id, artifact.size) == (version, 5)
    assert found.manifest_version == manifest
    assert uploaded.manifest("a", manifest) == b"approval: manual"


def test_of_what_was_uploaded_in_parts_the_last_to_be_finished_is_found(
    s3: "S3Client", uploaded: S3Uploaded
) -> None:
    large = upload(s3, "models/a/model.tar.gz", b"large")
    upload(s3, "models/a/model.tar.gz", b"small")
    upload(s3, "models/a/z/model.tar.gz", b"elsewhere")
    began = uploaded.newest("a").parts[""]
    assert began.key == "models/a/z/model.tar.gz"
    later = began.uploaded_at + 900
    finished = Artifact(BUCKET, "models/a/model.tar.gz", large, later, 5)
    found = uploaded.newest("a", arrived=[finished]).parts[""]
    assert (found, found.uploaded_at) == (finished, later)
    # What no event told of counts as finished when it began, and within a second as S3 lists it.
    early = replace(finished, uploaded_at=began.uploaded_at)
    assert uploaded.newest("a", arrived=[early]).parts[""] == began
    assert uploaded.newest("b", arrived=[finished]).parts == {}


def test_an_event_that_tells_a_little_later_brings_nothing_back(
    s3: "S3Client", uploaded: S3Uploaded
) -> None:
    first = upload(s3, "models/a/model.tar.gz", b"first")
    second = upload(s3, "models/a/model.tar.gz", b"second")
    now = uploaded.newest("a").parts[""].uploaded_at
    late = Artifact(BUCKET, "models/a/model.tar.gz", first, now + 2, 5)
    found = uploaded.newest("a", arrived=[late]).parts[""]
    assert (found.version_id, found.uploaded_at) == (second, now)


def test_each_part_has_a_folder_of_its_own(s3: "S3Client", uploaded: S3Uploaded) -> None:
    first = upload(s3, "models/a/scale/model.tar.gz")
    upload(s3, "models/a/scaled/model.tar.gz", b"no part that is asked for")
    found = uploaded.newest("a", ("scale", "predict"))
    assert {part: artifact.version_id for part, artifact in found.parts.items()} == {"scale": first}


def test_exactly_the_version_asked_for_is_read_and_pinned(
    s3: "S3Client", uploaded: S3Uploaded
) -> None:
    upload(s3, "models/a/model.tar.gz", b"first")
    first = uploaded.newest("a").parts.get("")
    assert first is not None
    upload(s3, "models/a/model.tar.gz", b"second")
    assert b"".join(uploaded.read(first)) == b"first"
    uploaded.pin(first, "artifacts/housing/sha256/ab/model.tar.gz")
    uploaded.pin(first, "artifacts/housing/sha256/ab/model.tar.gz")
    pinned = s3.list_object_versions(Bucket=BUCKET, Prefix="artifacts/")["Versions"]
    assert len(pinned) == 1
    body = s3.get_object(Bucket=BUCKET, Key="artifacts/housing/sha256/ab/model.tar.gz")["Body"]
    assert body.read() == b"first"


def test_what_is_kept_under_its_digest_is_written_once(
    s3: "S3Client", uploaded: S3Uploaded
) -> None:
    for _ in range(2):
        uploaded.put("scripts/sha256/cd/sourcedir.tar.gz", b"script")
    kept = s3.list_object_versions(Bucket=BUCKET, Prefix="scripts/")["Versions"]
    assert len(kept) == 1


def test_the_newest_data_of_a_known_format_is_the_baseline(
    s3: "S3Client", uploaded: S3Uploaded
) -> None:
    upload(s3, "models/a/baseline.csv", b"old")
    version = upload(s3, "models/a/baseline.csv", b"newer")
    upload(s3, "models/a/baseline.txt", b"of no format")
    upload(s3, "models/a/2026/baseline.csv", b"in a folder of its own")
    found = uploaded.newest("a")
    assert found.parts == {}
    assert found.baseline is not None
    assert (found.baseline.key, found.baseline.version_id, found.baseline.size) == (
        "models/a/baseline.csv",
        version,
        5,
    )
    # Of two formats, uploaded within a second, the last by its name.
    upload(s3, "models/a/baseline.parquet", b"PAR1")
    newest = uploaded.newest("a").baseline
    assert newest is not None
    assert newest.key == "models/a/baseline.parquet"


def test_the_newest_golden_request_is_found(s3: "S3Client", uploaded: S3Uploaded) -> None:
    upload(s3, "models/a/model.tar.gz")
    version = upload(s3, "models/a/request.json", b"[1, 2]")
    upload(s3, "models/a/requests.json")
    request = uploaded.newest("a").request
    assert request is not None
    assert (request.key, request.version_id) == ("models/a/request.json", version)
    assert b"".join(uploaded.read(request)) == b"[1, 2]"


def test_a_version_that_was_deleted_is_refused_with_what_helps(
    s3: "S3Client", uploaded: S3Uploaded
) -> None:
    version = upload(s3, "models/a/model.tar.gz")
    artifact = uploaded.newest("a").parts.get("")
    assert artifact is not None
    s3.delete_object(Bucket=BUCKET, Key=artifact.key, VersionId=version)
    with pytest.raises(Refused, match="upload it again"):
        list(uploaded.read(artifact))
    with pytest.raises(Refused, match="upload it again"):
        uploaded.pin(artifact, "artifacts/a/copy")


def test_what_is_there_is_known_by_its_whole_key(s3: "S3Client", uploaded: S3Uploaded) -> None:
    upload(s3, "artifacts/a/model.tar.gz")
    assert uploaded.holds("artifacts/a/model.tar.gz")
    assert not uploaded.holds("artifacts/a/model.tar")
