"""A container's folder tree."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from typing import TYPE_CHECKING

import pytest
from slipway_local.images.folders import FolderRefused, discard, lay_out, sweep

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local.images.conftest import Dock

MODEL = "s3://models/model.tar.gz"


def test_the_model_is_unpacked(dock: Dock, tmp_path: Path) -> None:
    archive = dock.pack({"model.joblib": b"weights", "code/inference.py": b"pass"})
    folders = lay_out(
        tmp_path / "root",
        MODEL,
        {"SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"},
        {MODEL: archive}.__getitem__,
    )
    assert (folders.model / "model.joblib").read_bytes() == b"weights"
    assert (folders.code / "inference.py").read_bytes() == b"pass"


def test_an_archive_may_be_a_file(dock: Dock, tmp_path: Path) -> None:
    (tmp_path / "model.tar.gz").write_bytes(dock.pack({"a": b"b"}))
    folders = lay_out(tmp_path / "root", MODEL, {}, lambda _: tmp_path / "model.tar.gz")
    assert (folders.model / "a").read_bytes() == b"b"


def test_a_container_may_have_no_model(tmp_path: Path) -> None:
    assert not list(lay_out(tmp_path / "root", None, {}, _nothing).model.iterdir())


@pytest.mark.parametrize("submitted", ["/etc", "code", "/opt/ml/../../../etc", "file:///etc"])
def test_code_is_in_the_container_or_on_s3(tmp_path: Path, submitted: str) -> None:
    variables = {"SAGEMAKER_SUBMIT_DIRECTORY": submitted}
    with pytest.raises(FolderRefused, match="SAGEMAKER_SUBMIT_DIRECTORY"):
        lay_out(tmp_path / "root", None, variables, _nothing)


def test_links_are_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        link = tarfile.TarInfo("model")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(FolderRefused, match="it holds a link"):
        lay_out(tmp_path / "root", MODEL, {}, lambda _: buffer.getvalue())
    assert not list((tmp_path / "root/opt/ml/model").iterdir())


def test_bytes_that_are_no_archive_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderRefused, match=r"s3://models/model.tar.gz: .*gzip"):
        lay_out(tmp_path / "root", MODEL, {}, lambda _: b"not an archive")


def test_discarding_twice_is_fine(tmp_path: Path) -> None:
    root = tmp_path / "root"
    lay_out(root, None, {}, _nothing)
    discard(root)
    discard(root)
    assert not root.exists()


def test_folders_of_the_dead_are_swept(tmp_path: Path) -> None:
    dead = subprocess.Popen(["/bin/true"])
    dead.wait()
    for number in (dead.pid, os.getpid()):
        (tmp_path / str(number) / "c-1").mkdir(parents=True)
    sweep(tmp_path)
    sweep(tmp_path / "none")
    assert [path.name for path in tmp_path.iterdir()] == [str(os.getpid())]


def _nothing(url: str) -> bytes:
    raise LookupError(url)
