"""What `push` refuses before it uploads anything, and what it uploads."""

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from slipway.domain.naming import Site
from slipway_cli.demo import hostile
from slipway_cli.failures import Exit
from slipway_cli.push import upload
from slipway_cli.stack import Stack
from typer.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A clean archive of a file that nobody knows."""
    file = tmp_path / "model.tar.gz"
    with tarfile.open(file, "w:gz") as packed:
        member = tarfile.TarInfo("notes.txt")
        member.size = 5
        packed.addfile(member, BytesIO(b"hello"))
    return file


@pytest.mark.parametrize("name", ["Housing", "a_b", "-a", "a" * 33, "../x"])
def test_a_name_that_cannot_be_a_deployment_s(run: Run, archive: Path, name: str) -> None:
    found = run("push", "--", name, str(archive))
    assert found.exit_code == Exit.USAGE
    assert "use 1 to 32 lower-case letters" in found.stderr


def test_nothing_to_push(run: Run) -> None:
    found = run("push", "housing")
    assert found.exit_code == Exit.USAGE
    assert "--manifest" in found.stderr
    assert "--baseline" in found.stderr


def test_a_file_that_is_not_there(run: Run) -> None:
    found = run("push", "housing", "nowhere.tar.gz")
    assert found.exit_code == Exit.USAGE
    assert "nowhere.tar.gz: no such file" in found.stderr


def test_a_typo_in_an_instance_type_is_one_short_error_with_what_is_spelt_alike(
    run: Run, tmp_path: Path
) -> None:
    manifest = tmp_path / "slipway.yaml"
    manifest.write_text("target: {instance_type: ml.m5.larg}")
    found = run("push", "housing", "--manifest", str(manifest))
    assert found.exit_code == Exit.USAGE
    assert "ml.m5.large" in found.stderr
    assert len(found.stdout + found.stderr) < 200


def test_a_batch_deployment_s_instance_type_is_one_of_jobs(run: Run, tmp_path: Path) -> None:
    manifest = tmp_path / "slipway.yaml"
    manifest.write_text("target: {type: batch, instance_type: ml.c5.large}")
    found = run("push", "housing", "--manifest", str(manifest))
    assert found.exit_code == Exit.USAGE
    assert "runs no transform job on ml.c5.large" in found.stderr


def test_a_manifest_with_an_unknown_key(run: Run, tmp_path: Path) -> None:
    manifest = tmp_path / "slipway.yaml"
    manifest.write_text("aproval: manual")
    found = run("push", "housing", "--manifest", str(manifest))
    assert found.exit_code == Exit.USAGE
    assert "aproval: unknown key" in found.stderr


def test_an_archive_that_climbs_out_of_its_folder(run: Run, tmp_path: Path) -> None:
    found = run("push", "housing", str(hostile.traversal(tmp_path / "model.tar.gz")))
    assert found.exit_code == Exit.REFUSED
    assert "climbs out of the folder" in found.stderr


def test_a_pickle_that_runs_a_command(run: Run, tmp_path: Path) -> None:
    marker = tmp_path / "owned"
    found = run("push", "housing", str(hostile.command(tmp_path / "model.tar.gz", marker)))
    assert found.exit_code == Exit.REFUSED
    assert "system" in found.stderr
    assert not marker.exists()


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("train.xlsx", "train.xlsx: .xlsx is no format of baseline data"),
        ("train", "a file without a suffix is no format of baseline data"),
        ("train.csv.gz", ".gz is no format of baseline data"),
    ],
)
def test_data_of_a_format_that_nobody_reads(
    run: Run, tmp_path: Path, name: str, complaint: str
) -> None:
    (tmp_path / name).write_bytes(b"x")
    found = run("push", "housing", "--baseline", name)
    assert found.exit_code == Exit.USAGE
    assert complaint in found.stderr
    assert "Give a .csv, .json, .jsonl or .parquet file." in found.stderr


def test_data_that_is_not_there(run: Run) -> None:
    found = run("push", "housing", "--baseline", "nowhere.csv")
    assert found.exit_code == Exit.USAGE
    assert "nowhere.csv: no such file" in found.stderr


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """As much of a deployed Slipway as an upload needs."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        session = boto3.Session(region_name="us-east-1")
        s3 = session.client("s3")
        s3.create_bucket(Bucket="bucket")
        s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
        ports: Any = SimpleNamespace(site=Site("slipway", "bucket", "us-east-1", ""))
        yield Stack(session, {}, ports, embedded=True)


def test_the_model_is_uploaded_last_so_that_it_finds_the_rest(
    stack: Stack, archive: Path, tmp_path: Path
) -> None:
    manifest, data = tmp_path / "my.yaml", tmp_path / "train.parquet"
    manifest.write_text("capture: {percentage: 100}")
    data.write_bytes(b"PAR1")
    said: list[str] = []
    wish = upload(stack, "h", archive, manifest, said.append, data)
    uploaded = [line.split(" to ")[1].split(" ")[0] for line in said]
    assert uploaded == [
        "models/h/baseline.parquet",
        "models/h/slipway.yaml",
        "models/h/model.tar.gz",
    ]
    assert wish.baseline is not None
    assert (wish.parts[""].key, wish.baseline.key) == (uploaded[2], uploaded[0])
    found = stack.session.client("s3").get_object(
        Bucket="bucket", Key=uploaded[0], VersionId=wish.baseline.version_id
    )
    assert found["Body"].read() == b"PAR1"


def test_data_alone_is_a_wish_as_well(stack: Stack, tmp_path: Path) -> None:
    data = tmp_path / "train.csv"
    data.write_text("a,b\n1,2\n")
    wish = upload(stack, "h", None, None, lambda _: None, data)
    assert (wish.parts, wish.manifest_version) == ({}, None)
    assert wish.baseline is not None
    assert wish.baseline.size == 8


def test_what_was_pushed_is_known_though_something_else_is_current(
    stack: Stack, archive: Path
) -> None:
    s3, key = stack.session.client("s3"), "models/h/model.tar.gz"

    class Overtaken(boto3.Session):
        """Somebody's upload to the same key, which began later, is current."""

        def client(self, *_: object, **__: object) -> Any:  # type: ignore[override]
            def upload_file(*asked: Any, **options: Any) -> None:
                really(*asked, **options)
                s3.put_object(Bucket="bucket", Key=key, Body=b"another")

            client = stack.session.client("s3")
            really, client.upload_file = client.upload_file, upload_file  # type: ignore[method-assign]
            return client

    overtaken = replace(stack, session=Overtaken(region_name="us-east-1"))
    artifact = upload(overtaken, "h", archive, None, lambda _: None).parts[""]
    found = s3.get_object(Bucket="bucket", Key=key, VersionId=artifact.version_id)
    assert found["Body"].read() == archive.read_bytes()
    assert artifact.size == archive.stat().st_size
