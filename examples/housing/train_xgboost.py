"""Boosted trees on the Boston housing data, saved as XGBoost users save models.

python train_xgboost.py Boston.csv xgboost-model
"""

import json
import sys
from pathlib import Path

import numpy as np
import xgboost

SETTINGS = {"max_depth": 3, "eta": 0.1, "subsample": 0.8, "seed": 0, "nthread": 1}
ROUNDS = 200


def main(data: Path, saved: Path) -> None:
    """Train on `data`, save to `saved`, and print what came of it."""
    table = np.loadtxt(data, delimiter=",", skiprows=1)
    matrix = xgboost.DMatrix(table[:, :-1], label=table[:, -1])
    scores = xgboost.cv(SETTINGS, matrix, ROUNDS, nfold=10, metrics="rmse", as_pandas=False, seed=0)
    xgboost.train(SETTINGS, matrix, ROUNDS).save_model(saved.with_suffix(".json"))
    saved.with_suffix(".json").rename(saved)
    told = {"library": f"XGBoost {xgboost.__version__}", "rows": len(table)}
    sys.stdout.write(json.dumps({**told, "error": scores["test-rmse-mean"][-1]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
