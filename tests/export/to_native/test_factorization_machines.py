"""Factorization Machines as arrays and a card, where their arrays are dense."""

import io
import json
import zipfile

import numpy as np
import pytest
from slipway_export.model import ExportRefused
from slipway_export.to_native.factorization_machines import convert
from slipway_export.to_native.npz_cards import read

from tests.export.conftest import model
from tests.local.images.conftest import MXNetFiles

FACTORS = np.float32([[0.5, -1.0], [0.25, 2.0], [-0.75, 0.125]])
WEIGHT, BIAS = np.float32([[0.1], [-0.2], [0.3]]), np.float32([0.7])


DENSE = {
    "arg:v": FACTORS.T,
    "arg:Linear_Plus_Bias_weight": WEIGHT.T,
    "arg:Linear_Plus_Bias_bias": BIAS,
}
SPARSE = {"arg:v": FACTORS, "arg:w1_weight": WEIGHT, "arg:w0_weight": BIAS}


def packed(output: str, arrays: dict[str, np.ndarray] = SPARSE, told: str = "") -> bytes:
    """The three arrays, a network of which only the end matters, and what was trained."""
    symbol = MXNetFiles.symbol(
        ("null", "data", (), {}), ("null", "out_label", (), {}), (output, "out", ("data",), {})
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("symbol.json", symbol)
        archive.writestr("params", MXNetFiles.arrays(arrays))
        if told:
            meta = {"training_parameters": {"predictor_type": told}}
            archive.writestr("meta.json", json.dumps(meta))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("output", "predictor"),
    [
        ("LinearRegressionOutput", "regressor"),
        ("LogisticRegressionOutput", "binary_classifier"),
    ],
)
def test_arrays_and_card(output: str, predictor: str) -> None:
    made = convert(model({"model_algo-1": packed(output)}))
    assert made.proof is not None
    assert made.proof.furthest() < 1e-6
    card = json.loads(made.files["card.json"])
    assert card["predictor_type"] == predictor
    arrays = read(made.files)
    row = np.float32([1.0, 2.0, -1.0])
    pairs = sum(FACTORS[a] @ FACTORS[b] * row[a] * row[b] for a, b in ((0, 1), (0, 2), (1, 2)))
    squares = ((row @ arrays["factors"]) ** 2 - row**2 @ arrays["factors"] ** 2).sum()
    assert squares / 2 == pytest.approx(pairs)


def test_a_dense_model_lies_across() -> None:
    content = packed("LinearRegressionOutput", DENSE)
    found = read(convert(model({"model_algo-1": content})).files)
    expected = read(convert(model({"model_algo-1": packed("LinearRegressionOutput")})).files)
    assert found.keys() == expected.keys()
    for name, array in found.items():
        np.testing.assert_array_equal(array, expected[name])


def test_what_was_trained_is_told_by_meta() -> None:
    made = convert(model({"model_algo-1": packed("MakeLoss", told="binary_classifier")}))
    assert json.loads(made.files["card.json"])["predictor_type"] == "binary_classifier"


def test_what_nobody_tells_is_refused() -> None:
    with pytest.raises(ExportRefused, match="whether it classifies"):
        convert(model({"model_algo-1": packed("MakeLoss")}))
