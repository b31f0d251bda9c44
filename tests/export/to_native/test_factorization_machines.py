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


def packed(output: str) -> bytes:
    """The three arrays and a network of which only the end matters."""
    symbol = MXNetFiles.symbol(
        ("null", "data", (), {}), ("null", "out_label", (), {}), (output, "out", ("data",), {})
    )
    arrays = {"arg:v": FACTORS, "arg:w1_weight": WEIGHT, "arg:w0_weight": BIAS}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("model-symbol.json", symbol)
        archive.writestr("model-0000.params", MXNetFiles.arrays(arrays))
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


def test_another_end_is_refused() -> None:
    with pytest.raises(ExportRefused, match="SoftmaxOutput"):
        convert(model({"model_algo-1": packed("SoftmaxOutput")}))
