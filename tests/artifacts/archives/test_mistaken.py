"""What people upload in place of an archive is named for what it is, with the remedy."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import tarfile
import zipfile
import zlib

import joblib
import numpy as np
import pytest
from slipway.artifacts import Archive, ArchiveRefused


def _zip(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


def _tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    return made.getvalue()


def _joblib() -> bytes:
    made = io.BytesIO()
    joblib.dump({"weights": np.zeros(4)}, made)
    return made.getvalue()


def _npy() -> bytes:
    made = io.BytesIO()
    np.save(made, np.zeros(2))
    return made.getvalue()


S3 = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>no</Message></Error>"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:aaaa\nsize 123\n"
SAFETENSORS = (2).to_bytes(8, "little") + b'{"a":{}}'

MISTAKEN: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "empty-object", "upload it again"),
    "one byte": (b"x", "not-gzip", "tar -czf"),
    "a Git LFS pointer": (LFS, "lfs-pointer", "git lfs pull"),
    "an error of S3": (S3, "s3-error", "AccessDenied"),
    "an error of S3 without a prolog": (S3.partition(b"?>")[2], "s3-error", "AccessDenied"),
    "XML": (b"<?xml version='1.0'?><PMML/>", "xml-document", "slipway push"),
    "a web page": (b"\n<!DOCTYPE html><html>403</html>", "html-page", "download"),
    "a web page in capitals": (b"<HTML><TITLE>Sign in", "html-page", "download"),
    "an error in JSON": (b'{"message": "Not Found"}', "json-error", "Not Found"),
    "a long error in JSON": (b'{"error": "' + b"x" * 9000, "json-error", "download"),
    "a JSON document": (b'{"a": 1}', "json-document", "slipway push"),
    "a zip": (_zip("model/model.joblib"), "zip", "unzip"),
    "an empty zip": (_zip(), "zip", "unzip"),
    "a plain tar": (_tar(), "plain-tar", "gzip -c"),
    "a tar in bzip2": (bz2.compress(_tar()), "other-compression", "bzip2"),
    "a tar in xz": (lzma.compress(_tar()), "other-compression", "xz"),
    "a tar in zstd": (b"\x28\xb5\x2f\xfd" + bytes(30), "other-compression", "zstd"),
    "a 7z": (b"7z\xbc\xaf\x27\x1c" + bytes(30), "other-archive", "7z"),
    "a rar": (b"Rar!\x1a\x07\x01\x00", "other-archive", "rar"),
    "a pickle": (pickle.dumps({"a": 1}), "bare-model", "pickle or joblib"),
    "a pickle of protocol 0": (pickle.dumps({"a": 1}, 0), "bare-model", "pickle"),
    "a joblib file": (_joblib(), "bare-model", "slipway push NAME FILE"),
    "a joblib file in zlib": (zlib.compress(_joblib()), "bare-model", "zlib"),
    "a PyTorch file": (_zip("archive/data.pkl"), "bare-model", "PyTorch"),
    "a .keras file": (_zip("metadata.json", "config.json"), "bare-model", ".keras"),
    "a .npz file": (_zip("arr_0.npy"), "bare-model", ".npz"),
    "an .npy file": (_npy(), "bare-model", "numpy"),
    "an HDF5 file": (b"\x89HDF\r\n\x1a\n" + bytes(90), "bare-model", "HDF5"),
    "an ONNX file": (b"\x08\x08\x12\x07skl2onnx", "bare-model", "ONNX"),
    "a safetensors file": (SAFETENSORS, "bare-model", "safetensors"),
    "a LightGBM model": (b"tree\nversion=v4\n", "bare-model", "LightGBM"),
    "a CatBoost model": (b"CBM1" + bytes(30), "bare-model", "CatBoost"),
    "a booster in JSON": (b'{"learner":{}}', "bare-model", "XGBoost"),
    "a booster in UBJSON": (b"{L" + bytes(7) + b"\x07learner", "bare-model", "XGBoost"),
    "gzip of a pickle": (gzip.compress(pickle.dumps([1])), "gzip-of-file", "pickle"),
    "gzip of text": (gzip.compress(b"hello" * 500), "gzip-of-file", "slipway push NAME FILE"),
    "gzip of a zip": (gzip.compress(_zip("a")), "gzip-of-file", "zip"),
    "a tar in gzip twice": (gzip.compress(gzip.compress(_tar())), "gzip-twice", "gunzip"),
    "a truncated download": (gzip.compress(_tar())[:-20], "truncated", "again, whole"),
}


@pytest.mark.parametrize("cut", [1, 7, 1 << 20])
@pytest.mark.parametrize("case", MISTAKEN)
def test_what_is_no_archive_is_named(case: str, cut: int) -> None:
    data, rule, told = MISTAKEN[case]
    chunks = [data[start : start + cut] for start in range(0, len(data), cut)]
    with pytest.raises(ArchiveRefused) as refused:
        list(Archive(chunks))
    assert refused.value.rule == rule
    assert told in str(refused.value)


def test_an_error_keeps_its_words() -> None:
    with pytest.raises(ArchiveRefused) as refused:
        list(Archive([json.dumps({"errors": [{"status": 404}]}).encode()]))
    assert '{"errors": [{"status": 404}]}' in str(refused.value)
