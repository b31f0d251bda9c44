"""Run in an environment of its own: what people save besides scikit-learn's estimators.

python honest.py FOLDER     prints how many files it wrote
"""

from __future__ import annotations

import importlib
import json
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np

pandas = importlib.import_module("pandas")
ROWS = np.random.RandomState(0).rand(60, 3)
LABELS = (ROWS[:, 0] > 0.5).astype(int)


def values() -> dict[str, Any]:
    """pandas' values in a bundle, as people keep them beside a model."""
    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": pandas.Categorical(["u", "v"])})
    days = pandas.date_range("2026", periods=3, tz="UTC")
    return {
        "timestamp": {"trained": pandas.Timestamp("2026-01-01"), "threshold": 0.5},
        "frame": frame,
        "dtypes": frame.dtypes,
        "series": pandas.Series([1.5, None], index=["a", "b"]),
        "days": pandas.Series(days),
        "index": pandas.MultiIndex.from_tuples([(1, "a"), (2, "b")]),
        "bins": pandas.cut([1, 2, 3], 2),
        "nullable": pandas.Series([1, None], dtype="Int64"),
        "period": pandas.period_range("2026", periods=3, freq="M"),
    }


def models() -> dict[str, Any]:
    """Packages that SageMaker's scikit-learn image does not hold."""
    load = importlib.import_module
    linear = load("sklearn.linear_model").LogisticRegression
    pipeline, scaler = load("sklearn.pipeline").make_pipeline, load("sklearn.preprocessing")
    frame = pandas.DataFrame(ROWS, columns=["a", "b", "c"]).assign(k=["u", "v"] * 30)
    statsmodels, encoders = load("statsmodels.api"), load("category_encoders")
    found = {
        "ols": statsmodels.OLS(LABELS, statsmodels.add_constant(ROWS)).fit(),
        "arima": load("statsmodels.tsa.arima.model").ARIMA(ROWS[:, 0], order=(1, 0, 0)).fit(),
        "smote": load("imblearn.pipeline")
        .Pipeline([("s", load("imblearn.over_sampling").SMOTE()), ("c", linear())])
        .fit(ROWS, LABELS),
        "stacked": load("mlxtend.classifier")
        .StackingClassifier([linear()], meta_classifier=linear())
        .fit(ROWS, LABELS),
        "lightgbm": pipeline(
            scaler.StandardScaler(), load("lightgbm").LGBMClassifier(n_estimators=3, verbose=-1)
        ).fit(ROWS, LABELS),
        "xgboost": pipeline(
            scaler.StandardScaler(), load("xgboost").XGBClassifier(n_estimators=3)
        ).fit(ROWS, LABELS),
    }
    for name in ("TargetEncoder", "OneHotEncoder", "WOEEncoder", "HashingEncoder"):
        encoder = getattr(encoders, name)(cols=["k"])
        found[name] = pipeline(encoder, linear()).fit(frame, LABELS)
    return found


def main(folder: Path) -> int:
    """Each by pickle and by joblib, and functions by cloudpickle."""
    folder.mkdir(parents=True, exist_ok=True)
    cloudpickle, joblib = importlib.import_module("cloudpickle"), importlib.import_module("joblib")
    for name, value in {**values(), **models()}.items():
        (folder / f"{name}.pkl").write_bytes(pickle.dumps(value))
        joblib.dump(value, folder / f"{name}.joblib", compress=3)
    (folder / "function.pkl").write_bytes(cloudpickle.dumps(lambda rows: np.log1p(rows)))
    return len(list(folder.iterdir()))


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
