"""How the XGBoost model is served: an inference script of one's own, as SageMaker defines them.

Decoding the request and encoding the reply are left to the container.
"""

from pathlib import Path

import numpy as np
import xgboost

# The prices of the training data lie between these, in thousands of dollars.
CHEAPEST, DEAREST = 5.0, 50.0


def model_fn(model_dir: str) -> xgboost.Booster:
    """The booster in the model's folder."""
    return xgboost.Booster(model_file=str(Path(model_dir) / "xgboost-model"))


def predict_fn(rows: xgboost.DMatrix, model: xgboost.Booster) -> np.ndarray:
    """Prices, kept within what was ever seen."""
    return np.clip(model.predict(rows, validate_features=False), CHEAPEST, DEAREST)
