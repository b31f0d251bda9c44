"""One pass over an artifact tells what it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from slipway.artifacts import ArchiveRefused, as_document, choose, inspect

Pack = Callable[[dict[str, bytes]], bytes]
Real = Callable[[str], bytes]


def test_a_pickled_forest_is_told_with_its_version_and_served_by_its_image(
    pack: Pack, real: Real
) -> None:
    inspection = inspect([pack({"model.joblib": real("sklearn/sklearn-model")})])
    assert (inspection.kind, inspection.framework_version) == ("sklearn", "1.4.2")
    assert inspection.details["class"] == "sklearn.ensemble._forest.RandomForestRegressor"
    assert [finding.rule for finding in inspection.findings] == ["default-script"]
    choice = choose(inspection, "us-east-1")
    assert choice.uri == (
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-py312-cpu-py3"
    )
    assert choice.default_script == "sklearn"
    assert choice.environment["SLIPWAY_MODEL_FILE"] == "model.joblib"


def test_a_booster_alone_in_its_archive_needs_no_script(pack: Pack, real: Real) -> None:
    inspection = inspect([pack({"xgboost-model": real("xgboost-pickled/xgboost-model")})])
    assert (inspection.kind, inspection.framework_version) == ("xgboost", "1.0.0")
    choice = choose(inspection, "eu-west-1")
    assert choice.uri.endswith("/sagemaker-xgboost:1.0-1-cpu-py3")
    assert (dict(choice.environment), choice.default_script) == ({}, None)


def test_the_document_is_small_json_whatever_the_archive_holds(pack: Pack) -> None:
    files = {f"{'deep/' * 20}file-{number:04}": b"x" for number in range(3000)}
    document = as_document(inspect([pack(files)]))
    assert document["member_count"] == 3000
    assert len(json.dumps(document)) <= 32_000


@given(st.dictionaries(st.text("abc/.-_", min_size=1, max_size=12), st.binary(max_size=200)))
def test_any_files_are_inspected_or_refused(pack: Pack, files: dict[str, bytes]) -> None:
    try:
        document = as_document(inspect([pack(files)]))
    except ArchiveRefused:
        return
    assert json.loads(json.dumps(document)) == document


HEADS = (
    b"PK\x03\x04",
    b"\x80\x04",
    b"\x80\x02",
    b"\x12\x01" + bytes(14),
    b"\x89HDF\r\n\x1a\n",
    b"\x93NUMPY\x01\0",
    b'\x10\0\0\0\0\0\0\0{"',
    b'{"learner":',
    b"{L\0\0\0\0\0\0\0\x07learner",
    b"CBM1",
    b"tree\nversion=v4\n",
    b"\x04\x22\x4d\x18\x60\x40",
    b"x\x9c",
    b"BZh9",
    b"\x08\x01\x12",
)
NAMES = (
    "1/saved_model.pb",
    "model.joblib",
    "model.onnx",
    "config.json",
    "m-symbol.json",
    "bundle.json",
    "hyperparams.json",
    "code/requirements.txt",
    "code/inference.py",
    "model.pt",
    "x.tar.gz",
)


@given(st.sampled_from(NAMES), st.sampled_from(HEADS), st.binary(max_size=400))
def test_any_bytes_behind_any_magic_are_inspected(
    pack: Pack, name: str, head: bytes, data: bytes
) -> None:
    assert inspect([pack({name: head + data})]).members[0].size == len(head + data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    (
        "nodes",
        "arg_nodes",
        "attrs",
        "architectures",
        "model_type",
        "auto_map",
        "uid",
        "format",
        "version",
        "transformers_version",
        "algorithm",
        "backbone",
        "features_info",
        "model_info",
    )
)


@given(
    st.sampled_from([name for name in NAMES if name.endswith("json")]), st.dictionaries(KEYS, JSON)
)
def test_any_json_is_inspected(pack: Pack, name: str, document: dict[str, object]) -> None:
    inspection = inspect([pack({name: json.dumps(document).encode()})])
    json.dumps(as_document(inspection))


def test_json_too_deep_to_parse_is_no_reason_to_fail(pack: Pack) -> None:
    assert inspect([pack({"config.json": b"[" * 500_000})]).kind == "unknown"


AUDITED = """
import builtins, io, sys, tarfile, gzip
from slipway.artifacts import Archive, as_document, choose, inspect
from slipway.artifacts.images import images_of

hostile = b"\\x80\\x02cposix\\nsystem\\n(X\\x04\\x00\\x00\\x00truetR."
imports = b"\\x80\\x02cantigravity\\nfly\\n)R."

def pack(files):
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        for name, data in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
    return gzip.compress(tar.getvalue())

payloads = (hostile, imports, b"import os; os.abort()")
names = ("model.pkl", "model.joblib", "x.bin", "code/inference.py", "m.pt", "m.npy", "m.onnx")
archives = [pack({name: data for name in names}) for data in payloads]
for archive in archives:
    inspect([archive])
images_of("pca")
events = []
sys.addaudithook(lambda event, _: events.append(event) if armed else None)
armed = True
for archive in archives:
    inspect([archive])
armed = False
sys.stdout.write(",".join(sorted(set(events))))
"""


def test_nothing_is_imported_opened_or_run_to_find_out() -> None:
    core = Path(__file__).parents[2] / "layers" / "core"
    process = subprocess.run(  # noqa: S603 - this interpreter, this script
        [sys.executable, "-c", AUDITED],
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONPATH": str(core), "PATH": os.defpath},
    )
    assert process.stdout == "compile"  # a script's syntax tree; running it would be "exec" too


def test_no_module_of_a_pickle_or_of_the_cloud_is_loaded() -> None:
    core = Path(__file__).parents[2] / "layers" / "core"
    script = "import sys, slipway.artifacts; sys.stdout.write(' '.join(sys.modules))"
    process = subprocess.run(  # noqa: S603 - this interpreter, this script
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONPATH": str(core), "PATH": os.defpath},
    )
    loaded = {name.partition(".")[0] for name in process.stdout.split()}
    assert not loaded & {
        "pickle",
        "_pickle",
        "boto3",
        "aws_lambda_powertools",
        "numpy",
        "random",
        "uuid",
    }
