"""Run in an environment of its own: fit every estimator of scikit-learn and save it, or load them.

python estimators.py make FOLDER     prints how many
python estimators.py load FOLDER     prints {file: error} of those that fail
"""

from __future__ import annotations

import importlib
import json
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np

joblib = importlib.import_module("joblib")
ROWS = np.abs(np.random.RandomState(0).rand(40, 4)) + 0.1
LABELS, VALUES = np.array([0, 1] * 20), ROWS[:, 0] * 2 + 1.5
TARGETS = (LABELS, VALUES, np.c_[VALUES, VALUES], None)


def arguments() -> list[dict[str, Any]]:
    """What estimators of estimators are made of."""
    linear = importlib.import_module("sklearn.linear_model")
    scaler = importlib.import_module("sklearn.preprocessing").StandardScaler()
    logistic, ridge = linear.LogisticRegression(), linear.Ridge()
    return [
        {},
        {"estimator": logistic},
        {"estimator": ridge},
        {"estimators": [("a", logistic), ("b", linear.LogisticRegression(C=2))]},
        {"estimators": [("a", ridge), ("b", linear.Ridge(2))]},
        {"estimator": logistic, "param_grid": {"C": [1.0]}},
        {"transformers": [("a", "passthrough", [0])]},
        {"transformer_list": [("a", scaler)]},
        {"steps": [("a", scaler), ("b", ridge)]},
    ]


def fitted(cls: Any) -> Any:  # noqa: ANN401 - an estimator
    """An estimator of the class, fitted; None where none of the data suits it."""
    for given in arguments():
        for target in TARGETS:
            try:
                return cls(**given).fit(ROWS, *([] if target is None else [target]))
            except Exception:  # noqa: BLE001, S112 - it asks for something else
                continue
    return None


def make(folder: Path) -> int:
    """Every estimator by joblib and by pickle."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, cls in importlib.import_module("sklearn.utils").all_estimators():
        model = fitted(cls)
        if model is not None:
            joblib.dump(model, folder / f"{name}.joblib")
            (folder / f"{name}.pkl").write_bytes(pickle.dumps(model))
            count += 1
    return count


def load(folder: Path) -> dict[str, str]:
    """Those that do not load, or do not answer."""
    failed = {}
    for path in sorted(folder.glob("*.joblib")):
        try:
            model = joblib.load(path)
            (getattr(model, "predict", None) or getattr(model, "transform", len))(ROWS)
        except Exception as error:  # noqa: BLE001 - whatever it is
            failed[path.name] = f"{type(error).__name__}: {error}"[:100]
    return failed


if __name__ == "__main__":
    print(json.dumps({"make": make, "load": load}[sys.argv[1]](Path(sys.argv[2]))))
