"""Train small boosters with one version of XGBoost and save them in every form it writes.

    uv venv v && uv pip install -p v/bin/python --no-deps xgboost==0.90
    uv pip install -p v/bin/python 'numpy<1.24' 'scipy<1.12' 'scikit-learn<1.4'
    v/bin/python tests/export/make_xgboost.py tests/export/fixtures

writes fixtures/xgboost-VERSION.tar.xz: NAME.bin (legacy binary), NAME.json, NAME.ubj, NAME.pkl and
NAME.joblib where the version has them, rows.npy, and NAME.npy, its own untransformed scores of the
rows. From 2.1 the package is xgboost-cpu. It runs under Python 3.11 with 0.90, 1.2.1, 1.7.6, 3.0.5
and 3.2.0.
"""

import io
import pickle
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import xgboost

Array = np.ndarray
VERSION = tuple(int(part) for part in xgboost.__version__.split(".")[:2])
BASE = {"nthread": 1, "max_depth": 2, "eta": 0.5, "seed": 7}
MODELS = {
    "squared": {"objective": "reg:squarederror", "base_score": 3.5},
    "linear": {"objective": "reg:linear" if VERSION < (1, 0) else "reg:squarederror"},
    "logistic": {"objective": "binary:logistic", "base_score": 0.3},
    "raw": {"objective": "binary:logitraw", "base_score": 0.5},
    "softprob": {"objective": "multi:softprob", "num_class": 3},
    "poisson": {"objective": "count:poisson", "base_score": 2.0, "max_delta_step": 0.6},
    "tweedie": {"objective": "reg:tweedie", "base_score": 1.5, "tweedie_variance_power": 1.2},
    "pairwise": {"objective": "rank:pairwise"},
    "dart": {
        "objective": "binary:logistic",
        "booster": "dart",
        "rate_drop": 0.5,
        "one_drop": 1,
    },
    "gblinear": {
        "objective": "reg:squarederror",
        "booster": "gblinear",
        "updater": "coord_descent",
    },
    "forest": {
        "objective": "multi:softprob",
        "num_class": 3,
        "num_parallel_tree": 2,
        "subsample": 0.5,
    },
}


def data(seed: int) -> Array:
    chance = np.random.RandomState(seed)
    rows = chance.normal(size=(60, 4)).astype(np.float32)
    rows[chance.uniform(size=rows.shape) < 0.1] = np.nan
    return rows


def labels(rows: Array, objective: str) -> Array:
    score = np.nansum(rows[:, :3] * [1, -2, 0.5], axis=1)
    if objective.startswith("multi"):
        return np.digitize(score, [-1, 1]).astype(np.float32)
    if objective.startswith("binary"):
        return (score > 0).astype(np.float32)
    return np.abs(score).round() if objective[:5] in ("count", "rank:", "reg:t") else score


def trained(options: dict[str, Any]) -> Any:  # noqa: ANN401
    rows = data(1)
    matrix = xgboost.DMatrix(rows, label=labels(rows, options["objective"]))
    if options["objective"].startswith("rank"):
        matrix.set_group([20, 20, 20])
    booster = xgboost.train({**BASE, **options}, matrix, 3)
    booster.set_attr(best_iteration="3", made_by="Slipway")
    return booster


def saved(booster: Any, *, binary: bool = True) -> dict[str, bytes]:  # noqa: ANN401
    forms = {"pkl": pickle.dumps(booster, protocol=2 + sum(VERSION) % 3)}
    with tempfile.TemporaryDirectory() as folder:
        kinds = [] if VERSION < (1, 0) else ["json"]
        kinds += ["ubj"] if VERSION >= (1, 6) else []
        for kind in kinds:
            path = Path(folder) / f"model.{kind}"
            booster.save_model(str(path))
            forms[kind] = path.read_bytes()
    if binary and VERSION < (1, 6):
        forms["bin"] = bytes(booster.save_raw())
    elif binary and VERSION < (3, 1):
        forms["bin"] = bytes(booster.save_raw("deprecated"))
    return forms


def estimators() -> Iterator[tuple[str, Any, int]]:
    rows = data(1)
    for number, protocol in enumerate((2, 3, 4, 5)):
        made = xgboost.XGBClassifier(n_estimators=3, max_depth=2, n_jobs=1, base_score=0.4)
        made.fit(rows, labels(rows, "binary").astype(int))
        yield f"classifier{number}", made, protocol


def dumped(value: Any, compress: int) -> bytes:  # noqa: ANN401
    buffer = io.BytesIO()
    joblib.dump(value, buffer, compress=compress)
    return buffer.getvalue()


def categorical() -> tuple[Any, Array]:
    chance = np.random.RandomState(3)
    rows = np.column_stack([chance.randint(0, 6, 60), chance.normal(size=60)])
    target = np.isin(rows[:, 0], [1, 4]) * 3 + rows[:, 1]
    matrix = xgboost.DMatrix(
        rows, label=target, feature_types=["c", "float"], enable_categorical=True
    )
    options = {**BASE, "tree_method": "hist", "max_cat_to_onehot": 1}
    return xgboost.train(options, matrix, 4), rows


def array(values: Array) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=False)
    return buffer.getvalue()


def files() -> Iterator[tuple[str, bytes]]:
    rows = data(2)
    matrix = xgboost.DMatrix(rows)
    yield "rows.npy", array(rows)
    for name, options in MODELS.items():
        booster = trained(options)
        for form, content in saved(booster).items():
            yield f"{name}.{form}", content
        asked = {"output_margin": True}
        if name == "dart" and VERSION < (1, 0):
            asked["ntree_limit"] = 1000  # without it, 0.90 drops trees at random
        yield f"{name}.npy", array(booster.predict(matrix, **asked))
    for name, made, protocol in estimators():
        yield f"{name}.pkl", pickle.dumps(made, protocol=protocol)
        yield f"{name}.joblib", dumped(made, 3 * (protocol % 2))
        yield f"{name}.npy", array(made.get_booster().predict(matrix, output_margin=True))
    if VERSION >= (1, 7):
        booster, given = categorical()
        for form, content in saved(booster, binary=False).items():
            yield f"categorical.{form}", content
        types = {"feature_types": ["c", "float"], "enable_categorical": True}
        scores = booster.predict(xgboost.DMatrix(given, **types), output_margin=True)
        yield "categorical.npy", array(scores)
        yield "categorical-rows.npy", array(given.astype(np.float32))


def main(folder: str) -> None:
    path = Path(folder) / f"xgboost-{xgboost.__version__}.tar.xz"
    with tarfile.open(path, "w:xz") as packed:
        for name, content in files():
            header = tarfile.TarInfo(name)
            header.size = len(content)
            packed.addfile(header, io.BytesIO(content))


if __name__ == "__main__":
    main(sys.argv[1])
