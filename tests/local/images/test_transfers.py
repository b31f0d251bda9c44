"""A job's files on their way."""

import json
import os
from pathlib import Path

import pytest
from slipway_local.images.transfers import Objects, TransferFailed, Upload, checked, download
from slipway_local.sagemaker.jobs import Sink, Source


@pytest.fixture
def store() -> dict[str, bytes]:
    """What is in S3, by URL."""
    return {
        "s3://b/data/a.csv": b"1",
        "s3://b/data/deep/b.csv": b"2",
        "s3://b/data/": b"",
        "s3://b/database.csv": b"3",
        "s3://b/list.json": json.dumps([{"prefix": "s3://b/data/"}, "deep/b.csv"]).encode(),
    }


@pytest.fixture
def objects(store: dict[str, bytes]) -> Objects:
    def find(prefix: str) -> list[str]:
        return [url for url in store if url.startswith(prefix)]

    def put(bucket: str, key: str, body: bytes) -> None:
        store[f"s3://{bucket}/{key}"] = body

    return Objects(store.__getitem__, find, put)


def laid_out(root: Path, source: Source, objects: Objects) -> dict[str, bytes]:
    download(source, root, objects)
    folder = root / "opt/ml/processing/in"
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("s3://b/data/", {"a.csv": b"1", "deep/b.csv": b"2"}),
        ("s3://b/data", {"a.csv": b"1", "deep/b.csv": b"2", "database.csv": b"3"}),
        ("s3://b/data/a.csv", {"a.csv": b"1"}),
        ("s3://b/data/deep", {"b.csv": b"2"}),
    ],
)
def test_a_prefix_lays_out_what_begins_with_it(
    tmp_path: Path, objects: Objects, url: str, names: dict[str, bytes]
) -> None:
    assert laid_out(tmp_path, Source(url, "/opt/ml/processing/in"), objects) == names


def test_a_manifest_names_its_objects(tmp_path: Path, objects: Objects) -> None:
    source = Source("s3://b/list.json", "/opt/ml/processing/in", manifest=True)
    assert laid_out(tmp_path, source, objects) == {"deep/b.csv": b"2"}


def test_what_is_chosen_is_all_that_is_taken(tmp_path: Path, objects: Objects) -> None:
    source = Source("s3://b/data", "/opt/ml/processing/in", chosen=["s3://b/data/a.csv"])
    assert laid_out(tmp_path, source, objects) == {"a.csv": b"1"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{}", "no manifest"),
        (b"[]", "no manifest"),
        (b"not json", "no manifest"),
        (b'[{"prefix": "s3://b/"}, "none"]', "failed to download s3://b/none"),
        (b'[{"prefix": "s3://b/data/"}, "../../x"]', "leads out of its folder"),
        (b'[{"prefix": "s3://b/data/"}]', "No S3 objects found"),
    ],
)
def test_a_manifest_that_cannot_be_followed_is_refused(
    tmp_path: Path, store: dict[str, bytes], objects: Objects, content: bytes, words: str
) -> None:
    store["s3://b/list.json"] = content
    store["s3://b/data/../../x"] = b"x"
    with pytest.raises(TransferFailed, match=words):
        download(
            Source("s3://b/list.json", "/opt/ml/processing/in", manifest=True), tmp_path, objects
        )
    assert not list(tmp_path.rglob("x"))


def test_no_object_no_input(tmp_path: Path, objects: Objects) -> None:
    with pytest.raises(TransferFailed, match='under S3 URL "s3://b/none"'):
        download(Source("s3://b/none", "/opt/ml/processing/in"), tmp_path, objects)


@pytest.mark.parametrize(
    "path", ["/etc", "relative", "/opt/ml/processing/../..", "/opt/ml/processingly", ""]
)
def test_a_local_path_is_a_folder_of_processing(path: str) -> None:
    with pytest.raises(TransferFailed, match="LocalPath is"):
        checked(path)
    assert checked("/opt/ml/processing/in") == "/opt/ml/processing/in"


def test_a_file_is_sent_when_it_is_new_or_changed(
    tmp_path: Path, store: dict[str, bytes], objects: Objects
) -> None:
    folder = tmp_path / "opt/ml/processing/out"
    (folder / "deep").mkdir(parents=True)
    upload = Upload(Sink("s3://b/out/", "/opt/ml/processing/out"), tmp_path, objects)
    (folder / "deep/a").write_bytes(b"1")
    upload.send()
    assert store.pop("s3://b/out/deep/a") == b"1"
    upload.send()
    assert "s3://b/out/deep/a" not in store
    (folder / "deep/a").write_bytes(b"longer")
    upload.send()
    assert store["s3://b/out/deep/a"] == b"longer"


def test_files_are_sent_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    sent: list[str] = []
    objects = Objects(lambda _: b"", lambda _: [], lambda _, key, __: sent.append(key))
    for name, time in (("a", 3), ("b", 1), ("c", 2)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time, time))
    Upload(Sink("s3://b", "/"), tmp_path, objects).send()
    assert sent == ["b", "c", "a"]


def test_links_are_not_followed_out_of_the_container(
    tmp_path: Path, store: dict[str, bytes], objects: Objects
) -> None:
    (tmp_path / "secret").write_text("s")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/one").write_text("s")
    folder = tmp_path / "root/out"
    folder.mkdir(parents=True)
    (folder / "file").symlink_to(tmp_path / "secret")
    (folder / "folder").symlink_to(tmp_path / "secrets")
    before = dict(store)
    Upload(Sink("s3://b/out", "/out"), tmp_path / "root", objects).send()
    assert store == before
