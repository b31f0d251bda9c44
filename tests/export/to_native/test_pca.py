"""PCA as arrays and a card."""

import json

import numpy as np
import pytest
from slipway_export.model import ExportRefused
from slipway_export.to_native.npz_cards import read
from slipway_export.to_native.pca import convert

from tests.export.conftest import model
from tests.local.images.conftest import MXNetFiles

MEAN = np.float32([[100.0, -5.0, 0.25]])
COMPONENTS = np.linalg.qr(np.float32([[1, 2], [3, 4], [5, 7]]))[0].astype(np.float32)
ARRAYS = {"mean": MEAN, "v": COMPONENTS, "s": np.float32([1.0, 2.0])}


def test_arrays_and_card() -> None:
    made = convert(model({"model_algo-1": MXNetFiles.arrays(ARRAYS)}))
    arrays = read(made.files)
    np.testing.assert_array_equal(arrays["components"], COMPONENTS)
    np.testing.assert_array_equal(arrays["mean"], MEAN[0])
    np.testing.assert_array_equal(arrays["singular_values"], [1.0, 2.0])
    card = json.loads(made.files["card.json"])
    assert card["features"] == 3
    assert "the largest is the last" in card["predict"]
    assert made.proof is not None
    assert made.proof.furthest() < 1e-6


@pytest.mark.parametrize("lacking", ["mean", "v", "s"])
def test_what_lacks_an_array_is_refused(lacking: str) -> None:
    found = model({"model_algo-1": MXNetFiles.arrays(ARRAYS)})
    parts = {name: held for name, held in ARRAYS.items() if name != lacking}
    lying = type(found)(found.inspection, {"model_algo-1": MXNetFiles.arrays(parts)})
    with pytest.raises(ExportRefused, match="mean, s and v"):
        convert(lying)


def test_what_does_not_fit_is_refused() -> None:
    arrays = {**ARRAYS, "mean": np.float32([[1.0, 2.0]])}
    with pytest.raises(ExportRefused, match="fit"):
        convert(model({"model_algo-1": MXNetFiles.arrays(arrays)}))
