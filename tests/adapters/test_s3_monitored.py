from typing import TYPE_CHECKING

import boto3
import pytest
from slipway.adapters import s3_monitored
from slipway.adapters.s3_monitored import S3Monitored
from slipway.domain.desired import Artifact
from slipway.domain.errors import Refused
from slipway.domain.watch import Window

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "bucket"
HISTORY = "monitoring/reports/slipway-h/slipway-h/"
NAME = "slipway_drift.json"
# 2026-01-01T01:00:00Z
WINDOW = Window(1767229200, 2)


@pytest.fixture
def monitored(aws: boto3.Session, s3: "S3Client") -> S3Monitored:
    del s3
    return S3Monitored(aws, BUCKET)


def upload(s3: "S3Client", key: str, body: bytes = b"x") -> str:
    return s3.put_object(Bucket=BUCKET, Key=key, Body=body)["VersionId"]


def test_the_captures_of_a_window_are_those_of_its_hours_in_all_variants(
    s3: "S3Client", monitored: S3Monitored
) -> None:
    wanted = [
        "capture/slipway-h/AllTraffic/2025/12/31/23/b.jsonl",
        "capture/slipway-h/AllTraffic/2026/01/01/00/a.jsonl",
        "capture/slipway-h/Shadow/2026/01/01/00/a.jsonl",
    ]
    others = [
        "capture/slipway-h/AllTraffic/2025/12/31/22/a.jsonl",
        "capture/slipway-h/AllTraffic/2026/01/01/01/a.jsonl",
        "capture/slipway-h/AllTraffic/2026/01/01/000/a.jsonl",
        "capture/slipway-h-2/AllTraffic/2026/01/01/00/a.jsonl",
        "monitoring/slipway-h/AllTraffic/2026/01/01/00/a.jsonl",
    ]
    for key in reversed(wanted + others):
        upload(s3, key, b"12345")
    assert monitored.captures("slipway-h", WINDOW) == [(key, 5) for key in wanted]


def test_captures_beyond_the_first_page_of_a_listing_are_found(
    s3: "S3Client", aws: boto3.Session, monitored: S3Monitored
) -> None:
    keys = [f"capture/slipway-h/AllTraffic/2026/01/01/00/{number}.jsonl" for number in range(5)]
    for key in keys:
        upload(s3, key)
    aws.events.register(
        "provide-client-params.s3.ListObjectsV2", lambda params, **_: {**params, "MaxKeys": 2}
    )
    assert [key for key, _ in monitored.captures("slipway-h", WINDOW)] == keys
    assert len(monitored.present("capture/slipway-h/AllTraffic/")) == 5


def test_what_was_never_asked_has_no_captures(monitored: S3Monitored) -> None:
    assert monitored.captures("slipway-h", WINDOW) == []


def test_files_are_opened_one_after_the_other(s3: "S3Client", monitored: S3Monitored) -> None:
    for key in ("a", "b"):
        upload(s3, key, key.encode() * 3)
    assert [(key, stream.read()) for key, stream in monitored.open(["b", "a"])] == [
        ("b", b"bbb"),
        ("a", b"aaa"),
    ]


def test_exactly_the_version_of_the_data_is_read_and_may_be_sought_in(
    s3: "S3Client", monitored: S3Monitored
) -> None:
    version = upload(s3, "models/h/baseline.csv", b"a,b\n1,2\n")
    upload(s3, "models/h/baseline.csv", b"newer")
    with monitored.data(Artifact(BUCKET, "models/h/baseline.csv", version, 1.0, 8)) as stream:
        assert stream.read() == b"a,b\n1,2\n"
        stream.seek(4)
        assert stream.read() == b"1,2\n"


def test_only_what_is_there_is_read(s3: "S3Client", monitored: S3Monitored) -> None:
    upload(s3, "f/a.json", b"{}")
    assert monitored.read("f/", ["a.json", "b.json"]) == {"a.json": b"{}"}
    assert monitored.read("g/", ["a.json"]) == {}


def test_a_file_may_be_as_large_as_the_bound_and_no_larger(
    s3: "S3Client", monitored: S3Monitored, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert s3_monitored.LARGEST == 64 * 1024 * 1024
    monkeypatch.setattr(s3_monitored, "LARGEST", 10)
    upload(s3, "f/fits", b"x" * 10)
    upload(s3, "f/large", b"x" * 11)
    assert monitored.read("f/", ["fits"]) == {"fits": b"x" * 10}
    with pytest.raises(Refused, match="s3://bucket/f/large: 11 bytes are too many"):
        monitored.read("f/", ["large"])


def test_what_is_written_is_there_until_it_is_removed(monitored: S3Monitored) -> None:
    monitored.write("f/", {"b.json": b"1", "a.html": b"2"})
    monitored.write("f/", {"b.json": b"3"})
    assert monitored.present("f/") == {"a.html", "b.json"}
    assert monitored.read("f/", ["b.json"]) == {"b.json": b"3"}
    monitored.remove("f/", ["b.json", "never.json"])
    monitored.remove("f/", ["b.json"])
    assert monitored.present("f/") == {"a.html"}


def test_files_are_written_in_their_order(aws: boto3.Session, monitored: S3Monitored) -> None:
    written: list[str] = []
    aws.events.register(
        "provide-client-params.s3.PutObject", lambda params, **_: written.append(params["Key"])
    )
    monitored.write("f/", {"z": b"", "a": b"", "m": b""})
    assert written == ["f/z", "f/a", "f/m"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("report.html", "text/html; charset=utf-8"),
        ("statistics.json", "application/json"),
        ("rejected.jsonl", "application/octet-stream"),
    ],
)
def test_a_browser_shows_what_it_can(
    name: str, kind: str, s3: "S3Client", monitored: S3Monitored
) -> None:
    monitored.write("f/", {name: b""})
    assert s3.head_object(Bucket=BUCKET, Key=f"f/{name}")["ContentType"] == kind


HOURS = ["2025/12/30/23", "2025/12/31/22", "2025/12/31/23", "2026/01/01/00", "2026/01/01/01"]


@pytest.mark.parametrize(
    ("until", "most", "found"),
    [
        ("2026/01/01/01", 9, HOURS[:4]),
        ("2026/01/01/01", 2, HOURS[2:4]),
        ("2026/01/01/00", 1, HOURS[2:3]),
        ("2026/01/01/00", 0, []),
        # It need not be there itself.
        ("2026/06/01/00", 9, HOURS),
        ("2025/12/31/00", 9, HOURS[:1]),
        ("2025/12/30/23", 9, []),
    ],
)
def test_the_windows_before_one_are_found_walking_back(
    until: str, most: int, found: list[str], s3: "S3Client", monitored: S3Monitored
) -> None:
    for hour in HOURS:
        upload(s3, f"{HISTORY}{hour}/{NAME}")
    # Of another schedule, and without the file that is asked for.
    upload(s3, f"monitoring/reports/slipway-h/nightly/2026/01/01/00/{NAME}")
    upload(s3, f"{HISTORY}2025/12/31/21/{NAME}.old")
    windows = monitored.windows(HISTORY, NAME, f"{HISTORY}{until}/", most)
    assert windows == [f"{HISTORY}{hour}/" for hour in found]


def test_old_windows_cost_nothing(
    s3: "S3Client", aws: boto3.Session, monitored: S3Monitored
) -> None:
    for year in range(2000, 2026):
        upload(s3, f"{HISTORY}{year}/12/31/23/{NAME}")
    asked: list[str] = []
    aws.events.register(
        "provide-client-params.s3.ListObjectsV2", lambda params, **_: asked.append(params["Prefix"])
    )
    assert len(monitored.windows(HISTORY, NAME, f"{HISTORY}2026/01/01/00/", 2)) == 2
    assert len(asked) <= 9


def test_the_latest_captures_are_those_of_the_last_hours(
    s3: "S3Client", monitored: S3Monitored
) -> None:
    keys = [
        f"capture/slipway-h/{variant}/2026/01/{place}.jsonl"
        for variant in ("AllTraffic", "Shadow")
        for place in ("01/00/a", "01/23/a", "01/23/b", "02/00/a")
    ]
    for key in keys:
        upload(s3, key)
    last = ["Shadow/2026/01/01/23/b", "AllTraffic/2026/01/02/00/a", "Shadow/2026/01/02/00/a"]
    assert monitored.latest("slipway-h", 3) == [f"capture/slipway-h/{key}.jsonl" for key in last]
    assert monitored.latest("slipway-other", 3) == []


def test_files_that_are_gone_are_left_out(s3: "S3Client", monitored: S3Monitored) -> None:
    upload(s3, "capture/b", b"content")
    found = [(key, stream.read()) for key, stream in monitored.open(["capture/a", "capture/b"])]
    assert found == [("capture/b", b"content")]
