"""K-Means as arrays and a card."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from slipway_export.exporting import export
from slipway_export.model import ExportRefused
from slipway_export.to_native.kmeans import convert
from slipway_export.to_native.npz_cards import read

from tests.export.conftest import model
from tests.local.images.conftest import MXNetFiles

CENTRES = np.float32([[0, 0], [3, 4], [-10, 2]])


def test_arrays_and_card() -> None:
    made = convert(model({"model_algo-1": MXNetFiles.arrays([CENTRES])}))
    np.testing.assert_array_equal(read(made.files)["centres"], CENTRES)
    card = json.loads(made.files["card.json"])
    assert (card["clusters"], card["features"]) == (3, 2)
    assert made.proof is not None
    assert made.proof.furthest() < 1e-6


def test_no_centre_at_all_is_refused() -> None:
    with pytest.raises(ExportRefused, match="K-Means"):
        convert(model({"model_algo-1": MXNetFiles.arrays([CENTRES[:0]])}))


def test_a_real_model(real: Callable[[str], bytes]) -> None:
    made = export(model({"model_algo-1": real("kmeans/model_algo-1")}), "native")
    assert made.inputs == 128
    assert made.furthest is not None
    assert made.furthest < 1e-6
