"""Run in the sandbox: load a scikit-learn model, convert it, answer rows that are made for it.

Reads the file `model`; its arguments are a type of numbers, `float32` or `float64`, and how many
features the file's inspection counted. Writes `model.onnx`, `rows.npy`, the model's own answers in
the order of the outputs, `0.npy` and `1.npy`, and `facts.json`. What cannot be converted is said in
one line on standard error.
"""

import json
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import joblib  # type: ignore[import-untyped]  # these ship no types
import numpy as np
import sklearn  # type: ignore[import-untyped]
from numpy.typing import NDArray
from skl2onnx import to_onnx  # type: ignore[import-untyped]
from skl2onnx.common.data_types import (  # type: ignore[import-untyped]
    DoubleTensorType,
    FloatTensorType,
)
from sklearn.base import (  # type: ignore[import-untyped]
    is_classifier,
    is_clusterer,
    is_outlier_detector,
    is_regressor,
)

from slipway_export.to_onnx.confined.likely_rows import NUMBERS, likely_rows

_TYPES: Final = {"float32": FloatTensorType, "float64": DoubleTensorType}
_OPSETS: Final = {"": 13, "ai.onnx.ml": 2}  # what onnxruntime 1.6 and later read
_TIE: Final = 1e-5
_LONGEST: Final = 400


def main(kind: str, counted: int) -> None:
    """Convert `model`."""
    model = joblib.load("model")
    features = int(getattr(model, "n_features_in_", counted))
    if not features:
        raise ValueError(f"it does not say how many features it takes; {NUMBERS}")
    names = list(map(str, getattr(model, "feature_names_in_", ())))
    _number_columns(model)
    methods = list(_methods(model))
    likely = likely_rows(model, features)
    rows = likely[_decisive(model, methods, likely)]
    if not len(rows):
        raise ValueError("its best classes tie on every generated row, so nothing can be proven")
    Path("model.onnx").write_bytes(_converted(model, kind, features))
    np.save("rows.npy", rows.astype(kind))
    for number, method in enumerate(methods):
        np.save(f"{number}.npy", _answer(model, method, rows), allow_pickle=False)
    ties = len(likely) - len(rows)
    facts = {"version": sklearn.__version__, "methods": methods, "names": names, "ties": ties}
    Path("facts.json").write_text(json.dumps(facts))


def _methods(model: Any) -> Iterator[str]:  # noqa: ANN401 - an estimator
    """What the converted model's outputs are called on the original, in their order."""
    scores = [name for name in ("predict_proba", "decision_function") if hasattr(model, name)]
    if is_outlier_detector(model):
        yield from ("predict", "decision_function")
    elif is_classifier(model) or (scores and hasattr(model, "predict")):
        yield from ("predict", *scores[:1])
    elif is_regressor(model):
        yield "predict"
    elif is_clusterer(model):
        yield from ("predict", "transform")
    else:
        yield "transform"


def _answer(model: Any, method: str, rows: NDArray[Any]) -> NDArray[Any]:  # noqa: ANN401
    found = getattr(model, method)(rows)
    answer = np.asarray(found.toarray() if hasattr(found, "toarray") else found)
    if len(answer) != len(rows):
        raise ValueError("it answers several questions at once: convert one model for each")
    return answer.astype(str) if answer.dtype == object else answer


def _decisive(model: Any, methods: list[str], rows: NDArray[Any]) -> NDArray[np.bool_]:  # noqa: ANN401
    """Which rows have one best class: of two equally good ones rounding may choose either."""
    if len(methods) < 2 or not is_classifier(model):
        return np.ones(len(rows), bool)
    scores = _answer(model, methods[1], rows)
    if scores.ndim == 1:
        return np.asarray(np.abs(scores) > _TIE)
    best = np.sort(scores, axis=1)
    return np.asarray(best[:, -1] - best[:, -2] > _TIE)


def _converted(model: Any, kind: str, features: int) -> bytes:  # noqa: ANN401
    """An ONNX file that gives probabilities as a matrix: without skl2onnx's maps."""
    given: dict[str, Any] = {
        "initial_types": [("data", _TYPES[kind]([None, features]))],
        "target_opset": _OPSETS,
    }
    try:
        found = to_onnx(model, options={id(model): {"zipmap": False}}, **given)
    except NameError:  # it has no such option
        found = to_onnx(model, **given)
    return bytes(found.SerializeToString())


def _number_columns(model: Any) -> None:  # noqa: ANN401
    """Let what was fitted on a data frame take a matrix of the same columns."""
    for _, part in getattr(model, "steps", ()):
        _number_columns(part)
    if not hasattr(model, "transformers_") or not hasattr(model, "feature_names_in_"):
        return
    places = {name: place for place, name in enumerate(model.feature_names_in_)}
    for attribute in ("transformers", "transformers_"):
        numbered = [
            (name, part, [places.get(column, column) for column in np.atleast_1d(columns)])
            for name, part, columns in getattr(model, attribute)
            if not callable(columns)
        ]
        setattr(model, attribute, numbered)
    del model.feature_names_in_


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    try:
        main(sys.argv[1], int(sys.argv[2]))
    except Exception as error:  # noqa: BLE001 - whatever the model and its libraries raise
        said = " ".join(f"{type(error).__name__}: {error}".split())
        sys.exit(said if len(said) < _LONGEST else f"{said[:_LONGEST]} …")
