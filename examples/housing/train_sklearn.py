"""Linear regression on the Boston housing data, saved as scikit-learn users save models.

python train_sklearn.py Boston.csv model.joblib
"""

import json
import sys
from pathlib import Path

import joblib
import numpy as np
import sklearn
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, cross_val_score


def main(data: Path, saved: Path) -> None:
    """Train on `data`, save to `saved`, and print what came of it."""
    table = np.loadtxt(data, delimiter=",", skiprows=1)
    features, price = table[:, :-1], table[:, -1]
    model = LinearRegression()
    folds = KFold(10, shuffle=True, random_state=0)
    scores = cross_val_score(
        model, features, price, cv=folds, scoring="neg_root_mean_squared_error"
    )
    joblib.dump(model.fit(features, price), saved)
    told = {"library": f"scikit-learn {sklearn.__version__}", "rows": len(table)}
    sys.stdout.write(json.dumps({**told, "error": -scores.mean()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
