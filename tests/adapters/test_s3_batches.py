import json
from typing import TYPE_CHECKING

import boto3
import pytest
from slipway.adapters.s3_batches import S3Batches
from slipway.batch_ports import Frozen
from slipway.domain.errors import Refused
from slipway.domain.rows import Rows, answer

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "bucket"
TOP = "s3://bucket/batches/h/in/"


@pytest.fixture
def batches(aws: boto3.Session, s3: "S3Client") -> S3Batches:
    del s3
    return S3Batches(aws, BUCKET)


@pytest.fixture
def put(s3: "S3Client") -> None:
    """Two objects of a deployment, one of another, a folder, and what no run reads."""
    for key, body in {
        "batches/h/in/a.csv": b"1,2\n3,4\n",
        "batches/h/in/deep/b.csv": b"5,6",
        "batches/h/in/deep/": b"",
        "batches/h/out/1/a.csv.out": b"1\n2\n",
        "batches/h/out/1/deep/b.csv.out": b"3\n",
        "batches/h/out/1/run.json": b"{}",
        "batches/h-2/in/c.csv": b"7,8\n",
    }.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=body)


pytestmark = pytest.mark.usefixtures("put")


def test_all_there_is_has_arrived_where_nobody_looked_yet(batches: S3Batches) -> None:
    arrived = batches.arrived("h", "")
    assert arrived is not None
    assert (arrived.count, arrived.first) == (2, "a.csv")
    assert batches.arrived("h", "") == arrived


def test_nothing_has_arrived_where_nothing_is(batches: S3Batches) -> None:
    assert batches.arrived("other", "") is None
    assert batches.freeze("other", 1, "") is None


def test_what_was_frozen_has_arrived_no_more_but_what_is_uploaded_since(
    batches: S3Batches, s3: "S3Client"
) -> None:
    frozen = batches.freeze("h", 1, "")
    folder = "batches/h/runs/1/"
    assert frozen == Frozen(f"s3://bucket/{folder}input.manifest", f"{folder}seen.json", 2, "a.csv")
    assert batches.arrived("h", frozen.seen) is None
    s3.put_object(Bucket=BUCKET, Key="batches/h/in/deep/b.csv", Body=b"9,9\n")
    arrived = batches.arrived("h", frozen.seen)
    assert arrived is not None
    assert (arrived.count, arrived.first) == (1, "deep/b.csv")


def test_where_the_list_of_what_had_arrived_is_gone_all_has(batches: S3Batches) -> None:
    arrived = batches.arrived("h", "batches/h/runs/1/seen.json")
    assert arrived is not None
    assert arrived.count == 2


def test_a_manifest_lists_what_is_read_as_sagemaker_reads_it(
    batches: S3Batches, s3: "S3Client"
) -> None:
    frozen = batches.freeze("h", 1, "")
    assert frozen is not None
    body = s3.get_object(Bucket=BUCKET, Key="batches/h/runs/1/input.manifest")["Body"].read()
    assert json.loads(body) == [{"prefix": TOP}, "a.csv", "deep/b.csv"]
    assert batches.names(frozen.input) == ["a.csv", "deep/b.csv"]
    assert batches.top(frozen.input) == TOP


@pytest.mark.parametrize(
    ("uri", "names", "top"),
    [
        (TOP, ["a.csv", "deep/b.csv"], TOP),
        (f"{TOP}a.csv", ["a.csv"], TOP),
        (f"{TOP}deep/", ["b.csv"], f"{TOP}deep/"),
        (f"{TOP}none.csv", [], TOP),
    ],
)
def test_objects_are_called_as_their_outputs_are(
    batches: S3Batches, uri: str, names: list[str], top: str
) -> None:
    assert batches.names(uri) == names
    assert batches.top(uri) == top


def test_outputs_are_what_ends_in_out(batches: S3Batches) -> None:
    assert batches.written("s3://bucket/batches/h/out/1/") == {"a.csv.out": 4, "deep/b.csv.out": 2}


@pytest.mark.parametrize(("most", "rows"), [(1000, 3), (8, None), (10, None), (11, 3)])
def test_rows_are_counted_up_to_some_bytes(batches: S3Batches, most: int, rows: int | None) -> None:
    found = batches.rows(TOP, ["a.csv", "deep/b.csv"], most=most)
    assert (found and found.count) == rows


def test_rows_that_are_all_the_same_are_noticed_over_all_objects(
    batches: S3Batches, s3: "S3Client"
) -> None:
    for name in ("a", "b"):
        s3.put_object(Bucket=BUCKET, Key=f"same/{name}", Body=b"9,0.5\n" * 6)
    found = batches.rows("s3://bucket/same/", ["a", "b"], most=99, part=answer)
    assert found == Rows(12, frozenset({b"0.5"}))


def test_what_is_gone_has_no_rows(batches: S3Batches) -> None:
    assert batches.rows(TOP, ["gone.csv"], most=1000) == Rows()


def test_lines_go_with_the_lines_of_their_outputs(batches: S3Batches) -> None:
    pairs = batches.pairs(TOP, "s3://bucket/batches/h/out/1/", rows=1, objects=9)
    assert list(pairs) == [
        (["1,2"], ["1"]),
        (["3,4"], ["2"]),
        (["5,6"], ["3"]),
    ]
    fewer = batches.pairs(TOP, "s3://bucket/batches/h/out/1/", rows=9, objects=1)
    assert list(fewer) == [(["1,2", "3,4"], ["1", "2"])]


def test_the_newest_upload_is_looked_into_or_the_one_that_is_named(batches: S3Batches) -> None:
    assert batches.head("h", 3) == ("batches/h/in/deep/b.csv", b"5,6")
    assert batches.head("h", 3, "batches/h/in/a.csv") == ("batches/h/in/a.csv", b"1,2")
    assert batches.head("h", 3, "batches/h/in/gone") == ("batches/h/in/deep/b.csv", b"5,6")
    assert batches.head("other", 3) is None


def test_what_is_kept_is_kept_over_what_was_there(batches: S3Batches, s3: "S3Client") -> None:
    for body in (b"one", b"two"):
        batches.keep("batches/h/failed/1.manifest", body)
    found = s3.get_object(Bucket=BUCKET, Key="batches/h/failed/1.manifest")["Body"].read()
    assert found == b"two"


def test_outputs_are_removed_together(batches: S3Batches, s3: "S3Client") -> None:
    batches.remove("s3://bucket/batches/h/out/1/")
    kept = [o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert not [key for key in kept if "/out/" in key]
    assert "batches/h/in/a.csv" in kept


def test_a_manifest_that_is_gone_is_said_to_be(batches: S3Batches) -> None:
    with pytest.raises(Refused, match=r"s3://bucket/batches/h/gone\.manifest is gone"):
        batches.names("s3://bucket/batches/h/gone.manifest")
