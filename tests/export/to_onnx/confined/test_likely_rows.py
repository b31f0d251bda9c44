"""Rows are near what a model knows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from slipway_export.to_onnx.confined.likely_rows import likely_rows

ROWS = np.random.default_rng(1).normal(1000, 3, (80, 3))
CODES = np.random.default_rng(2).integers(3, 6, (80, 3))


def test_rows_are_the_same_each_time_and_fit_a_float32() -> None:
    model = LinearRegression().fit(ROWS, ROWS[:, 0])
    rows = likely_rows(model, 3)
    assert rows.shape == (256, 3)
    assert (rows == likely_rows(model, 3)).all()
    assert (rows == rows.astype(np.float32)).all()
    assert abs(rows).min() < 0.1
    assert abs(rows).max() > 100


@pytest.mark.parametrize(
    "model",
    [
        StandardScaler().fit(ROWS),
        MinMaxScaler().fit(ROWS),
        make_pipeline(StandardScaler(), LinearRegression()).fit(ROWS, ROWS[:, 0]),
        KMeans(4, n_init=1, random_state=0).fit(ROWS),
        ColumnTransformer([("a", StandardScaler(), [0, 1, 2])]).fit(ROWS),
    ],
)
def test_they_lie_where_the_data_lay(model: object) -> None:
    rows = likely_rows(model, 3)
    assert (abs(rows - 1000) < 80).all()


def test_categories_are_known_ones() -> None:
    parts = [("scaled", StandardScaler(), [0]), ("coded", OneHotEncoder(), [2, 1])]
    model = ColumnTransformer(parts).fit(np.column_stack([ROWS[:, 0], CODES[:, :2]]))
    rows = likely_rows(make_pipeline(model), 3)
    assert set(np.unique(rows[:, 1:])) == {3, 4, 5}
    assert abs(rows[:, 0] - 1000).max() < 40


def test_trees_are_asked_at_their_splits() -> None:
    model = RandomForestClassifier(5, random_state=0).fit(ROWS, ROWS[:, 1] > 1000)
    rows = likely_rows(model, 3)
    splits = np.concatenate([tree.tree_.threshold for tree in model.estimators_])
    near = np.abs(rows[:, :, None] / splits[splits > 0] - 1).min(axis=2) < 2e-6
    assert near.sum() > 20


def test_words_are_refused() -> None:
    model = OneHotEncoder().fit(np.array([["low"], ["high"]]))
    with pytest.raises(ValueError, match=r"it takes words, such as .*'high'"):
        likely_rows(model, 1)
