"""scikit-learn's models leave as ONNX; only the sandbox loads them."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import polars
import pytest
import sklearn.base
from sklearn.cluster import DBSCAN, KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from slipway_export.model import ExportRefused, Model
from slipway_export.to_onnx import ONNX, scikit_learn

from tests.export.to_onnx.conftest import load, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_export.model import Export


RANDOM = np.random.default_rng(4)
ROWS = RANDOM.normal(5, 3, (60, 4))
CLASSES = np.digitize(ROWS[:, 0] + ROWS[:, 1], [8, 12])
WORDS = np.array(["low", "middle", "high"])[CLASSES]


def packed(estimator: Any) -> Model:  # noqa: ANN401 - any estimator
    buffer = io.BytesIO()
    joblib.dump(estimator, buffer)
    model = load({"model.joblib": buffer.getvalue()})
    assert (model.inspection.kind, model.inspection.refused) == ("sklearn", False)
    return model


def converted(estimator: Any) -> Export:  # noqa: ANN401
    export = ONNX["sklearn"](packed(estimator))
    assert export.proof is not None
    assert export.proof.furthest() < 1e-5
    assert len(export.proof.inputs) > 100
    return export


def test_a_pipeline_that_names_its_classes() -> None:
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(ROWS, WORDS)
    export = converted(fitted)
    answer = run(export.files["model.onnx"], ROWS)
    assert answer["label"].tolist() == fitted.predict(ROWS).tolist()
    assert answer["probabilities"] == pytest.approx(fitted.predict_proba(ROWS), abs=1e-5)
    assert export.note == ""


def test_trees() -> None:
    fitted = HistGradientBoostingClassifier(max_iter=5).fit(ROWS, CLASSES)
    answer = run(converted(fitted).files["model.onnx"], ROWS)
    expected = fitted.predict_proba(np.float32(ROWS))
    assert answer["probabilities"] == pytest.approx(expected, abs=1e-6)


def test_clusters_and_distances() -> None:
    fitted = KMeans(3, n_init=1, random_state=0).fit(ROWS)
    answer = run(converted(fitted).files["model.onnx"], ROWS)
    assert answer["label"].tolist() == fitted.predict(ROWS).tolist()
    assert answer["scores"] == pytest.approx(fitted.transform(ROWS), rel=1e-5)


def test_named_columns_and_categories() -> None:
    columns = [ROWS[:, 0], RANDOM.integers(2, 6, 60) * 1.0, ROWS[:, 1], RANDOM.normal(size=60)]
    frame = polars.DataFrame(dict(zip(("age", "rooms", "tax", "other"), columns, strict=True)))
    codes = OneHotEncoder(handle_unknown="ignore")
    parts = [("scaled", StandardScaler(), ["tax", "age"]), ("coded", codes, ["rooms"])]
    fitted = make_pipeline(ColumnTransformer(parts), LinearRegression()).fit(frame, ROWS[:, 0])
    export = converted(fitted)
    answer = run(export.files["model.onnx"], frame.to_numpy())
    assert answer["variable"][:, 0] == pytest.approx(fitted.predict(frame), rel=1e-5)
    assert export.note == "its columns are, in order: age, rooms, tax, other"


def test_both_of_two_classes_are_scored() -> None:
    fitted = SVC().fit(ROWS, CLASSES > 1)
    answer = run(converted(fitted).files["model.onnx"], ROWS)
    scores = fitted.decision_function(ROWS)
    assert np.abs(answer["probabilities"]) == pytest.approx(
        np.abs(scores)[:, None] * [1, 1], rel=1e-4
    )


def test_where_float32_is_too_coarse_float64_is_taken() -> None:
    far = ROWS * 1e-3 + 1e4  # of which a float32 keeps no more than three digits that differ
    export = converted(StandardScaler().fit(far))
    assert export.proof is not None
    assert export.proof.inputs.dtype == np.float64
    assert export.note == "its numbers are float64: in float32 it would predict otherwise"


def test_another_version_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = LinearRegression().fit(ROWS, ROWS @ [1, 2, 3, 4] + 5)
    with monkeypatch.context() as patch:
        patch.setattr(sklearn.base, "__version__", "1.4.2")
        model = packed(fitted)
    assert model.inspection.framework_version == "1.4.2"
    export = ONNX["sklearn"](model)
    assert export.note.startswith("saved by scikit-learn 1.4.2, read by ")
    answer = run(export.files["model.onnx"], [[1, 0, 0, 0], [0, 0, 0, 1]])
    assert answer["variable"] == pytest.approx(np.array([[6.0], [9.0]]), rel=1e-6)


def test_a_real_forest_of_another_version(real: Callable[[str], bytes]) -> None:
    model = load({"model.joblib": real("sklearn/sklearn-model")})
    export = ONNX["sklearn"](model)
    assert export.proof is not None
    assert export.proof.furthest() < 1e-5
    assert "1.4.2" in export.note


def test_what_skl2onnx_cannot_convert_it_says_itself() -> None:
    with pytest.raises(ExportRefused, match="MissingShapeCalculator: Unable to find"):
        ONNX["sklearn"](packed(DBSCAN().fit(ROWS)))


class Command:
    """What an attacker pickles."""

    def __reduce__(self) -> Any:  # noqa: ANN401
        return os.system, ("touch /tmp/should-not-be",)


def test_a_pickle_with_a_command_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(scikit_learn, "run", lambda *given, **_: started.append(given))
    fitted = LinearRegression().fit(ROWS, ROWS[:, 0])
    good = packed(fitted)
    fitted.coef_ = Command()
    buffer = io.BytesIO()
    joblib.dump(fitted, buffer)
    hostile = load({"model.joblib": buffer.getvalue()})
    assert hostile.inspection.refused
    # refused by its inspection; or passed under another's; or under none of this member
    exchanged = Model(good.inspection, hostile.members)
    unlisted = Model(replace(good.inspection, members=()), good.members)
    for model in (hostile, exchanged, unlisted):
        with pytest.raises(ExportRefused, match="its inspection forbids that"):
            ONNX["sklearn"](model)
    assert started == []
