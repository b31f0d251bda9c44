"""The default scripts are packed the same every time and load what they are told to."""

from __future__ import annotations

import importlib.util
import io
import json
import pickle
import re
import sys
import tarfile
import types
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway.artifacts import pack_script
from slipway.artifacts.scripts import NAMES, read_script
from slipway_local.images.slipway_container import formats
from slipway_local.images.slipway_container.scripted.toolkits import ToolkitResponse as Answered

if TYPE_CHECKING:
    from numpy.typing import NDArray


class _Booster:
    """Remembers what it was loaded from."""

    def load_model(self, data: bytearray) -> None:
        self.data = data

    def get_booster(self) -> str:
        return "the booster inside"


class Sums:
    """A model of two columns that knows no names: it answers each row's sum, as float32."""

    n_features_in_ = 2

    def predict(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        assert (rows.dtype, rows.ndim) == (np.float32, 2)
        return rows.sum(axis=1)


class Lengths:
    """A model of documents: it answers how long each is."""

    def predict(self, documents: list[str]) -> list[int]:
        return [len(document) for document in documents]


def load(name: str) -> types.ModuleType:
    path = (
        Path(__file__).parents[2] / "layers/core/slipway/artifacts/scripts" / f"{name}_inference.py"
    )
    spec = importlib.util.spec_from_file_location(f"{name}_inference", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Loaded(str):
    """An estimator, by the name of its file."""

    __slots__ = ()
    predict = None


@pytest.fixture
def frameworks(monkeypatch: pytest.MonkeyPatch) -> None:
    joblib = types.ModuleType("joblib")
    joblib.__dict__["load"] = lambda path: (str if path.stem == "notes" else Loaded)(
        f"loaded {path.name}"
    )
    xgboost = types.ModuleType("xgboost")
    xgboost.__dict__["Booster"] = _Booster
    monkeypatch.setitem(sys.modules, "joblib", joblib)
    framework = types.ModuleType("sagemaker_containers.beta.framework")
    framework.__dict__.update(encoders=formats, worker=types.SimpleNamespace(Response=Answered))
    for name in ("sagemaker_containers", "sagemaker_containers.beta"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, framework.__name__, framework)
    monkeypatch.setitem(sys.modules, "xgboost", xgboost)
    transformer = types.ModuleType("sagemaker_inference.transformer")
    transformer.__dict__["Transformer"] = type("Transformer", (), {})
    monkeypatch.setitem(sys.modules, "sagemaker_inference", types.ModuleType("above"))
    monkeypatch.setitem(sys.modules, transformer.__name__, transformer)


@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_packed_the_same_every_time(name: str) -> None:
    packed = pack_script(name)
    assert packed == pack_script(name)
    files = members(packed)
    assert files["inference.py"] == read_script(name)
    assert ("requirements.txt" in files) == (name in ("lightgbm", "catboost"))


def test_a_script_brings_what_it_imports_and_its_image_lacks() -> None:
    files = members(pack_script("catboost"))
    assert files["sklearn_inference.py"] == read_script("sklearn")
    assert re.fullmatch(rb"catboost==[\d.]+\n", files["requirements.txt"])


def test_a_script_installs_what_the_archive_pins() -> None:
    own = b"-r /opt/ml/model/code/requirements.txt\n"
    assert members(pack_script("sklearn+requirements"))["requirements.txt"] == own
    assert members(pack_script("lightgbm+requirements"))["requirements.txt"].endswith(own)


def members(packed: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        found = [(member.name, archive.extractfile(member)) for member in archive]
        return {name: file.read() for name, file in found if file}


@pytest.mark.usefixtures("frameworks")
def test_scikit_learn_loads_the_file_it_is_told_to_or_the_only_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = load("sklearn")
    (tmp_path / "clf.joblib").write_bytes(b"")
    assert script.model_fn(str(tmp_path)) == "loaded clf.joblib"
    (tmp_path / "scaler.pkl").write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=r"clf\.joblib, scaler\.pkl"):
        script.model_fn(str(tmp_path))
    monkeypatch.setenv("SLIPWAY_MODEL_FILE", "scaler.pkl")
    assert script.model_fn(str(tmp_path)) == "loaded scaler.pkl"


@pytest.mark.usefixtures("frameworks")
def test_xgboost_loads_saved_and_pickled_boosters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = load("xgboost")
    (tmp_path / "xgboost-model").write_bytes(b'{"learner"')
    assert script.model_fn(str(tmp_path)).data == b'{"learner"'
    monkeypatch.setenv("SLIPWAY_MODEL_FILE", "model.pkl")
    (tmp_path / "model.pkl").write_bytes(pickle.dumps({"plain": 1}))
    assert script.model_fn(str(tmp_path)) == {"plain": 1}


@pytest.mark.usefixtures("frameworks")
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("1,2\n3,4\n", "text/csv"),
        ("a,b\n1,2\n3,4\n", "text/csv"),
        ("[[1, 2], [3, 4]]", "application/json"),
        ('{"instances": [[1, 2], [3, 4]]}', "application/json"),
        ('{"instances": [{"features": [1, 2]}, {"features": [3, 4]}]}', "application/json"),
        ("[1, 2]\n[3, 4]\n", "application/jsonlines"),
        ('{"features": [1, 2]}\n{"features": [3, 4]}', "application/jsonlines"),
    ],
    ids=["csv", "header", "json", "instances", "features", "lines", "lines of features"],
)
def test_rows_are_read_as_people_send_them(body: str, content_type: str) -> None:
    answer = load("sklearn").transform_fn(Sums(), body, content_type, "text/csv")
    assert answer == (b"3.0\n7.0\n", "text/csv")


@pytest.mark.usefixtures("frameworks")
@pytest.mark.parametrize(
    ("body", "content_type"),
    [("1,2", "text/csv"), ("[1, 2]", "application/json"), ("[[1, 2]]", "application/json")],
    ids=["csv", "flat json", "json"],
)
def test_a_single_row_is_a_row(body: str, content_type: str) -> None:
    answer = load("sklearn").transform_fn(Sums(), body, content_type, "text/csv")
    assert answer == (b"3.0\n", "text/csv")


@pytest.mark.usefixtures("frameworks")
@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        ("1,x", "text/csv", "row 1, column 2: 'x' is not a number"),
        ("1,2\n3", "text/csv", "the rows are of different lengths: [1, 2]"),
        ("{", "application/json", "the body is not application/json: Expecting"),
        ("1,2", "image/png", "the content type 'image/png' is not read here; send text/csv"),
    ],
    ids=["a word", "lengths", "no json", "a picture"],
)
def test_what_is_wrong_with_a_request_is_answered_as_json(
    body: str, content_type: str, said: str
) -> None:
    answer = load("sklearn").transform_fn(Sums(), body, content_type, "text/csv")
    assert (answer.status, answer.mimetype) == (400, "application/json")
    assert json.loads(answer.response)["message"].startswith(said)


@pytest.mark.usefixtures("frameworks")
def test_what_the_model_raises_is_answered_as_json() -> None:
    answer = load("sklearn").transform_fn(object(), "1,2", "text/csv", "text/csv")
    assert (answer.status, json.loads(answer.response)["error"]) == (500, "AttributeError")


@pytest.mark.usefixtures("frameworks")
def test_a_model_of_text_gets_documents() -> None:
    answer = load("sklearn").transform_fn(Lengths(), "good\nreally, bad", "text/csv", "text/csv")
    assert answer == (b"4\n10\n", "text/csv")


@pytest.mark.usefixtures("frameworks")
def test_what_is_asked_of_a_model_has_to_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.joblib").write_bytes(b"")
    script = load("sklearn")
    monkeypatch.setenv("SLIPWAY_PREDICT", "predict_proba")
    with pytest.raises(ValueError, match="SLIPWAY_PREDICT: Loaded has no predict_proba"):
        script.model_fn(str(tmp_path))
    monkeypatch.setenv("SLIPWAY_PREDICT", "guess")
    with pytest.raises(ValueError, match="'guess' is none of predict, predict_proba"):
        script.model_fn(str(tmp_path))


class Doubles:
    """A transformer: it predicts nothing."""

    def transform(self, rows: np.ndarray) -> np.ndarray:
        return rows * 2


@pytest.mark.usefixtures("frameworks")
def test_a_transformer_transforms() -> None:
    answer = load("sklearn").transform_fn(
        Doubles(), "1,2\n3,4", "text/csv; charset=utf-8", "text/csv"
    )
    assert answer == (b"2.0,4.0\n6.0,8.0\n", "text/csv")


@pytest.mark.usefixtures("frameworks")
def test_what_neither_predicts_nor_transforms_is_told_so_when_it_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "notes.joblib").write_bytes(b"")
    with pytest.raises(ValueError, match="holds a str, which neither predicts nor transforms"):
        load("sklearn").model_fn(str(tmp_path))
