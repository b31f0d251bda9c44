"""The saved booster inside a pickled one."""

import pickle

import pytest
from slipway_export.model import ExportRefused
from slipway_export.to_native.xgboost_handles import OFFSET, booster_in, unframed

from tests.export.conftest import fixtures

OLD, NEW = fixtures("xgboost-0.90"), fixtures("xgboost-3.2.0")


@pytest.mark.parametrize("number", range(4))
def test_protocols_2_to_5_hold_the_same_handle(number: int) -> None:
    handle, holder = booster_in(OLD[f"classifier{number}.pkl"])
    assert holder == "xgboost.sklearn.XGBClassifier"
    assert handle == booster_in(OLD["classifier0.pkl"])[0]
    assert handle == booster_in(OLD[f"classifier{number}.joblib"])[0]


def test_the_handle_is_what_the_version_saved() -> None:
    handle, holder = booster_in(OLD["squared.pkl"])
    assert holder == "xgboost.core.Booster"
    assert handle == OLD["squared.bin"]


def test_a_document_and_its_configuration() -> None:
    handle, _ = booster_in(NEW["squared.pkl"])
    assert handle.startswith(b"{L")
    assert unframed(handle) == handle


def test_the_configuration_behind_a_model_is_cut_off() -> None:
    framed = OFFSET + (3).to_bytes(8, "little") + b"abc{}"
    assert unframed(framed) == b"abc"


@pytest.mark.parametrize("size", [6, 1 << 63])
def test_an_offset_outside_the_file_is_refused(size: int) -> None:
    with pytest.raises(ExportRefused, match="CONFIG-offset"):
        unframed(OFFSET + size.to_bytes(8, "little") + b"abc{}")


def test_a_pickle_without_a_booster_is_refused() -> None:
    with pytest.raises(ExportRefused, match="no booster"):
        booster_in(pickle.dumps({"a": [1, 2]}))


def test_lists_within_lists_take_no_time() -> None:
    laughs: list[object] = []
    for _ in range(60):
        laughs = [laughs] * 10
    with pytest.raises(ExportRefused, match="no booster"):
        booster_in(pickle.dumps(laughs))
