"""Factorization Machines as arrays and a card, where they are stored dense.

The original's own answer is the double sum over all pairs of features (Rendle, Factorization
Machines, 2010, equation 1), computed from its arrays; the card's is the linear-time form (lemma
3.1). Its network is not computed.
"""

from typing import Final

import numpy as np

from slipway_export.model import Array, Export, ExportRefused, Model
from slipway_export.ndarrays import read_arrays
from slipway_export.to_native import npz_cards
from slipway_export.to_native.proofs import noise, prove
from slipway_export.to_onnx.symbols import read_graph
from slipway_export.zipped import read_zip

_SUM: Final = (
    "bias + rows @ weight + 0.5 * sum((rows @ factors)**2 - rows**2 @ factors**2) over factors"
)
_LINKS: Final = {
    "LinearRegressionOutput": _SUM,
    "LogisticRegressionOutput": f"1 / (1 + exp(-z)), where z = {_SUM}",
}
_ROWS: Final = 64


def convert(model: Model) -> Export:
    """model.npz of `factors` (features, factors), `weight` (features) and `bias`; card.json."""
    arrays, output = _read(model.content)
    if output not in _LINKS:
        raise ExportRefused(f"its network ends in {output}, which is not known here")
    logistic = output.startswith("Logistic")
    files = npz_cards.written(
        model,
        arrays,
        "Factorization Machines",
        _LINKS[output],
        predictor_type="binary_classifier" if logistic else "regressor",
        features=len(arrays["factors"]),
        factors=arrays["factors"].shape[1],
    )
    read = npz_cards.read(files)
    rows = noise(_ROWS, len(arrays["weight"])) / np.float32(np.sqrt(len(arrays["weight"])))

    def linked(sums: Array) -> Array:
        return np.asarray(1 / (1 + np.exp(-sums))) if logistic else sums

    proof = prove(rows, lambda x: linked(_pairs(arrays, x)), lambda x: linked(_fast(read, x)))
    return Export(files, proof, "scores; the original's are computed from its arrays, pair by pair")


def _read(content: bytes) -> tuple[dict[str, Array], str]:
    try:
        entries = read_zip(content)
        params = next(held for name, held in entries.items() if name.endswith(".params"))
        symbol = next(held for name, held in entries.items() if name.endswith("symbol.json"))
        held, graph = read_arrays(params), read_graph(symbol)
        arrays = {
            "factors": held["v"],
            "weight": held["w1_weight"].reshape(-1),
            "bias": held["w0_weight"].reshape(()),
        }
    except (KeyError, StopIteration, ValueError) as error:
        raise ExportRefused(f"its zip lacks a part of the model: {error!r}") from error
    if arrays["factors"].ndim != 2 or len(arrays["factors"]) != len(arrays["weight"]):
        raise ExportRefused("its factors and weights do not fit")
    return arrays, graph.nodes[graph.heads[0][0]].operator


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
