"""Factorization Machines as arrays and a card.

`model_algo-1` is a zip of `params`, `symbol.json` and `meta.json`. Its arrays are named and lie as
AWS's machine-learning blog tells ("Extending Amazon SageMaker Factorization Machines Algorithm to
Predict Top X Recommendations"), or across in models of its dense kind. The original's own answer is
the double sum over all pairs of features (Rendle, Factorization Machines, 2010, equation 1), from
its arrays; the card's is the linear-time form (lemma 3.1). Its network is not computed.
"""

import json
from collections.abc import Mapping
from typing import Final

import numpy as np

from slipway_export.model import Array, Export, ExportRefused, Model
from slipway_export.ndarrays import read_arrays
from slipway_export.networks.symbols import read_graph
from slipway_export.to_native import npz_cards
from slipway_export.to_native.proofs import noise, prove
from slipway_export.zipped import read_zip

_SUM: Final = (
    "bias + rows @ weight + 0.5 * sum((rows @ factors)**2 - rows**2 @ factors**2) over factors"
)
_REGRESSOR, _BINARY = "regressor", "binary_classifier"
_SCORES: Final = {_REGRESSOR: _SUM, _BINARY: f"1 / (1 + exp(-z)), where z = {_SUM}"}
_OUTPUTS: Final = {"LinearRegressionOutput": _REGRESSOR, "LogisticRegressionOutput": _BINARY}
_ROWS: Final = 64


def convert(model: Model) -> Export:
    """model.npz of `factors` (features, factors), `weight` (features) and `bias`; card.json."""
    arrays, predictor = _read(model.content)
    files = npz_cards.written(
        model,
        arrays,
        "Factorization Machines",
        _SCORES[predictor],
        predictor_type=predictor,
        features=len(arrays["factors"]),
        factors=arrays["factors"].shape[1],
    )
    read = npz_cards.read(files)
    rows = noise(_ROWS, len(arrays["weight"])) / np.float32(np.sqrt(len(arrays["weight"])))

    def linked(sums: Array) -> Array:
        return np.asarray(1 / (1 + np.exp(-sums))) if predictor == _BINARY else sums

    proof = prove(rows, lambda x: linked(_pairs(arrays, x)), lambda x: linked(_fast(read, x)))
    return Export(files, proof, "scores; the original's are computed from its arrays, pair by pair")


def _read(content: bytes) -> tuple[dict[str, Array], str]:
    entries = read_zip(content)
    try:
        arrays = _arrays(read_arrays(entries["params"]))
        predictor = _predictor(entries)
    except (AttributeError, KeyError, ValueError, RecursionError) as error:
        raise ExportRefused(f"its zip lacks a part of the model: {error!r}") from error
    if arrays["factors"].ndim != 2 or len(arrays["factors"]) != len(arrays["weight"]):
        raise ExportRefused("its factors and weights do not fit")
    return arrays, predictor


def _arrays(held: Mapping[str, Array]) -> dict[str, Array]:
    """Of a sparse model, or of a dense one, whose arrays lie across."""
    dense = "Linear_Plus_Bias_weight" in held
    return {
        "factors": held["v"].T if dense else held["v"],
        "weight": held["Linear_Plus_Bias_weight" if dense else "w1_weight"].reshape(-1),
        "bias": held["Linear_Plus_Bias_bias" if dense else "w0_weight"].reshape(()),
    }


def _predictor(entries: Mapping[str, bytes]) -> str:
    """What meta.json says was trained, or else what the network ends with."""
    meta = json.loads(entries.get("meta.json", b"{}"))
    told = meta.get("training_parameters", {}).get("predictor_type")
    if told in _SCORES:
        return str(told)
    operators = {node.operator for node in read_graph(entries["symbol.json"]).nodes}
    kinds = [kind for operator, kind in _OUTPUTS.items() if operator in operators]
    if len(kinds) != 1:
        raise ExportRefused("neither meta.json nor symbol.json says whether it classifies")
    return kinds[0]


def _pairs(arrays: npz_cards.Arrays, rows: Array) -> Array:
    factors = arrays["factors"].astype(np.float64)
    sums = arrays["bias"] + rows @ arrays["weight"].astype(np.float64)
    for later in range(1, len(factors)):
        likeness = factors[:later] @ factors[later]
        sums = sums + rows[:, later] * (rows[:, :later] @ likeness)
    return np.asarray(sums)


def _fast(arrays: npz_cards.Arrays, rows: Array) -> Array:
    factors = arrays["factors"]
    crossed = (rows @ factors) ** 2 - rows**2 @ factors**2
    return np.asarray(arrays["bias"] + rows @ arrays["weight"] + 0.5 * crossed.sum(axis=1))
