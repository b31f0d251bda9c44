"""Loads an XGBoost model for the SageMaker XGBoost container.

The container's own defaults decode the request, call `predict` and encode the answer. What goes
wrong is answered as JSON, and its trace is in the log.
"""

import json
import os
import pickle  # see load_pickle # nosec B403
import sys
import traceback
from pathlib import Path
from typing import Any

import xgboost  # type: ignore[import-not-found,import-untyped,unused-ignore] # in the container
from sagemaker_inference.transformer import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    Transformer,
)


def model_fn(model_dir: str) -> Any:  # noqa: ANN401 - xgboost has no types
    """The booster in the file that SLIPWAY_MODEL_FILE names (default xgboost-model)."""
    Transformer.handle_error = staticmethod(answer_as_json)  # else text, trace and all
    path = Path(model_dir) / os.environ.get("SLIPWAY_MODEL_FILE", "xgboost-model")
    with path.open("rb") as file:
        pickled = file.read(1) == b"\x80"
    return load_pickle(path) if pickled else load_saved(path)


def load_saved(path: Path) -> Any:  # noqa: ANN401
    """A model written by `Booster.save_model`: from its bytes, as names may lack the ending."""
    booster = xgboost.Booster()
    booster.load_model(bytearray(path.read_bytes()))
    return booster


def load_pickle(path: Path) -> Any:  # noqa: ANN401
    """The booster of a pickled Booster, XGBClassifier, XGBRegressor or XGBRanker."""
    with path.open("rb") as file:
        model = pickle.load(file)  # noqa: S301 # nosec B301
    return model.get_booster() if hasattr(model, "get_booster") else model


def answer_as_json(context: Any, refusal: Any, _trace: str = "") -> list[str]:  # noqa: ANN401
    """The toolkit's answer to whatever is raised while a request is served."""
    traceback.print_exc()
    error = sys.exc_info()[1] or refusal
    context.set_response_status(code=refusal.status_code, phrase="error")
    context.set_response_content_type(0, "application/json")
    return [json.dumps({"error": type(error).__name__, "message": str(error)})]
