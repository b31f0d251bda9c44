"""LightGBM on the Boston housing data, saved as its users save it: as text.

python train.py Boston.csv model.txt
"""

import json
import sys
from pathlib import Path

import lightgbm
import numpy as np
from sklearn.model_selection import KFold, cross_val_score


def main(data: Path, saved: Path) -> None:
    """Train on `data`, save to `saved`, and print what came of it."""
    table = np.loadtxt(data, delimiter=",", skiprows=1)
    features, price = table[:, :-1], table[:, -1]
    model = lightgbm.LGBMRegressor(n_estimators=100, num_leaves=15, n_jobs=1, verbose=-1)
    folds = KFold(10, shuffle=True, random_state=0)
    scores = cross_val_score(
        model, features, price, cv=folds, scoring="neg_root_mean_squared_error"
    )
    model.fit(features, price).booster_.save_model(saved)
    told = {"library": f"LightGBM {lightgbm.__version__}", "rows": len(table)}
    sys.stdout.write(json.dumps({**told, "error": -scores.mean()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
