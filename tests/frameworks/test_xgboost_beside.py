"""The proof of an exported booster where XGBoost is installed beside Slipway: `uv pip install
xgboost-cpu` first."""

import numpy as np
import pytest
from slipway_export.to_native import xgboost_library
from slipway_export.to_native.xgboost import convert

from tests.export.conftest import model
from tests.export.to_native.test_xgboost import SAVED, rows, scores

INSTALLED = xgboost_library.installed()
pytestmark = pytest.mark.skipif(not INSTALLED, reason="XGBoost is not installed")


@pytest.mark.parametrize("name", ["softprob.pkl", "dart.pkl"])
def test_xgboost_itself_reads_what_is_written(name: str) -> None:
    made = convert(model({"xgboost-model": SAVED["1.2.1"][name]}))
    found = xgboost_library.predict(made.files["model.json"], rows("1.2.1", name))
    np.testing.assert_allclose(found, scores("1.2.1", name), rtol=1e-5, atol=2e-6)


def test_the_proof_asks_xgboost_too_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xgboost_library, "installed", lambda: INSTALLED)
    made = convert(model({"xgboost-model": SAVED["0.90"]["softprob.pkl"]}))
    assert f"by XGBoost {INSTALLED}" in made.note
    assert made.proof is not None
    assert made.proof.furthest() < 1e-6
    assert made.proof.exported(made.proof.inputs).shape == (256, 6)
