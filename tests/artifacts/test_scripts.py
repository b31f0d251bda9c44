"""The default scripts are packed the same every time and load what they are told to."""

from __future__ import annotations

import importlib.util
import io
import pickle
import sys
import tarfile
import types
from pathlib import Path

import pytest
from slipway.artifacts import pack_script
from slipway.artifacts.scripts import NAMES, read_script


class _Booster:
    """Remembers what it was loaded from."""

    def load_model(self, data: bytearray) -> None:
        self.data = data

    def get_booster(self) -> str:
        return "the booster inside"


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


@pytest.fixture
def frameworks(monkeypatch: pytest.MonkeyPatch) -> None:
    joblib = types.ModuleType("joblib")
    joblib.__dict__["load"] = lambda path: f"loaded {path.name}"
    xgboost = types.ModuleType("xgboost")
    xgboost.__dict__["Booster"] = _Booster
    monkeypatch.setitem(sys.modules, "joblib", joblib)
    monkeypatch.setitem(sys.modules, "xgboost", xgboost)


@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_packed_alone_and_the_same_every_time(name: str) -> None:
    packed = pack_script(name)
    assert packed == pack_script(name)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        (member,) = archive.getmembers()
        file = archive.extractfile(member)
        assert file is not None
        assert (member.name, file.read()) == ("inference.py", read_script(name))


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
