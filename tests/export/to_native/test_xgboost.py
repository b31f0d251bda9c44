"""Boosters that five versions of XGBoost saved in every form, against what they predict."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from slipway_export.exporting import export
from slipway_export.model import ExportRefused
from slipway_export.to_native import xgboost_readback
from slipway_export.to_native.as_they_are import NOTE
from slipway_export.to_native.xgboost import convert

from tests.export.conftest import array, fixtures, model

VERSIONS = ("0.90", "1.2.1", "1.7.6", "3.0.5", "3.2.0")
SAVED = {version: fixtures(f"xgboost-{version}") for version in VERSIONS}
CASES = [
    (version, name)
    for version, files in SAVED.items()
    for name in files
    if not name.endswith(".npy")
]


def scores(version: str, name: str) -> np.ndarray:
    """What that version predicts for the rows of its fixtures."""
    found = array(SAVED[version][f"{name.partition('.')[0]}.npy"])
    return found.reshape(len(found), -1)


def rows(version: str, name: str) -> np.ndarray:
    files = SAVED[version]
    return array(files["categorical-rows.npy" if name.startswith("categorical") else "rows.npy"])


@pytest.mark.parametrize(("version", "name"), CASES)
def test_every_form_of_every_version_predicts_the_same(version: str, name: str) -> None:
    content = SAVED[version][name]
    made = convert(model({f"model.{name.partition('.')[2]}": content}))
    if made.proof is None:
        assert made.note == NOTE
        assert list(made.files.values()) == [content]
        assert json.loads(content)["version"] >= [1, 6, 0] if name.endswith("json") else True
        return
    assert made.proof.furthest() < 1e-6
    found = xgboost_readback.predict(made.files["model.json"], rows(version, name))
    np.testing.assert_allclose(found, scores(version, name), rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize(
    ("version", "name", "score"),
    [("0.90", "raw.bin", 0.0), ("1.2.1", "raw.pkl", 0.0), ("3.0.5", "raw.bin", 0.5)],
)
def test_logitraw_begins_where_its_version_began(version: str, name: str, score: float) -> None:
    made = convert(model({"xgboost-model": SAVED[version][name]}))
    learner = json.loads(made.files["model.json"])["learner"]
    assert float(learner["learner_model_param"]["base_score"]) == score


def test_attributes_and_settings_of_the_objective_are_kept() -> None:
    made = convert(model({"xgboost-model": SAVED["0.90"]["poisson.bin"]}))
    learner = json.loads(made.files["model.json"])["learner"]
    assert learner["attributes"] == {"best_iteration": "3", "made_by": "Slipway"}
    step = learner["objective"]["poisson_regression_param"]["max_delta_step"]
    assert float(step) == pytest.approx(0.6)


def test_the_old_name_of_an_objective_becomes_the_present_one() -> None:
    made = convert(model({"xgboost-model": SAVED["0.90"]["linear.pkl"]}))
    learner = json.loads(made.files["model.json"])["learner"]
    assert learner["objective"]["name"] == "reg:squarederror"


def test_what_an_estimator_adds_is_said_to_be_missing() -> None:
    made = convert(model({"model.joblib": SAVED["1.7.6"]["classifier3.pkl"]}))
    assert "xgboost.sklearn.XGBClassifier" in made.note
    assert "names of classes" in made.note


def test_the_report_names_inputs_difference_and_tolerance() -> None:
    made = export(model({"xgboost-model": SAVED["0.90"]["softprob.pkl"]}), "native")
    assert made.inputs == 256
    assert made.furthest is not None
    assert made.furthest < 1e-6
    assert "allowed" in made.proof


@pytest.mark.parametrize("name", ["xgboost-pickled/xgboost-model", "xgboost-saved/xgboost-model"])
def test_real_artifacts(name: str, real: Callable[[str], bytes]) -> None:
    made = export(model({"xgboost-model": real(name)}), "native")
    assert list(made.files) == ["model.json"]
    assert made.furthest == 0


def test_a_changed_leaf_is_noticed() -> None:
    made = convert(model({"xgboost-model": SAVED["0.90"]["squared.bin"]}))
    assert made.proof is not None
    document = json.loads(made.files["model.json"])
    tree = document["learner"]["gradient_booster"]["model"]["trees"][0]
    tree["split_conditions"] = [value + 0.01 for value in tree["split_conditions"]]
    text = json.dumps(document).encode()
    theirs = xgboost_readback.predict(text, made.proof.inputs)
    assert np.abs(theirs - made.proof.original(made.proof.inputs)[:, :1]).max() > 1e-3


def test_a_binary_model_may_begin_like_a_document() -> None:
    content = SAVED["0.90"]["squared.bin"]
    made = convert(model({"xgboost-model": b"{" + content[1:]}))
    assert made.proof is not None
    assert made.proof.furthest() < 1e-6


def test_several_boosters_in_one_pickle_are_refused() -> None:
    def booster(name: str) -> bytes:
        handle = SAVED["0.90"][name]
        size = len(handle).to_bytes(4, "little")
        return b"cxgboost.core\nBooster\n)\x81}X\6\0\0\0handleB" + size + handle + b"sb"

    one = b"\x80\x03]" + booster("squared.bin") + b"a."
    assert convert(model({"xgboost-model": one})).proof is not None
    both = one[:-1] + booster("linear.bin") + b"a."
    with pytest.raises(ExportRefused, match="2 boosters"):
        convert(model({"xgboost-model": both}))
