"""One export: the converter of its kind, the proof, and what is said of both."""

from collections.abc import Callable

import numpy as np
import pytest
from slipway_export import native
from slipway_export.exporting import export
from slipway_export.model import Array, Export, ExportRefused, Model, Proof

from tests.export.conftest import fixtures, model

BOOSTER = model({"xgboost-model": fixtures("xgboost-0.90")["squared.bin"]})


@pytest.fixture
def converter(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Model], Export]], None]:
    """Put a converter in the place of XGBoost's."""

    def replace(convert: Callable[[Model], Export]) -> None:
        monkeypatch.setattr(native, "NATIVE", {"xgboost": convert})

    return replace


def proof(error: float) -> Proof:
    def exported(rows: Array) -> Array:
        return np.asarray(rows + error)

    return Proof(np.ones((3, 2)), np.asarray, exported)


def test_files_and_the_largest_difference(
    converter: Callable[[Callable[[Model], Export]], None],
) -> None:
    converter(lambda _: Export({"a": b"1"}, proof(1e-6), "note"))
    made = export(BOOSTER, "native")
    assert made.files == {"a": b"1"}
    assert made.note == "note"
    assert made.proof == "at most 1e-06 apart on 3 inputs; 1e-06 + 1e-05 of the value allowed"


def test_an_export_that_predicts_otherwise_is_refused(
    converter: Callable[[Callable[[Model], Export]], None],
) -> None:
    converter(lambda _: Export({"a": b"1"}, proof(0.5)))
    with pytest.raises(ExportRefused, match=r"predicts otherwise: up to 0\.5 apart"):
        export(BOOSTER, "native")


def test_the_originals_own_bytes_need_no_proof(
    converter: Callable[[Callable[[Model], Export]], None],
) -> None:
    converter(lambda m: Export({"a": m.content}))
    assert export(BOOSTER, "native").proof == "as it is"


def test_a_kind_without_a_form_is_refused_with_those_that_have_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(native, "NATIVE", {"pca": lambda _: Export({})})
    with pytest.raises(ExportRefused, match=r"xgboost.*native.*pca"):
        export(BOOSTER, "native")


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
def test_a_model_that_asks_for_too_much_is_refused(
    error: type[Exception], converter: Callable[[Callable[[Model], Export]], None]
) -> None:
    def greedy(_: Model) -> Export:
        raise error

    converter(greedy)
    with pytest.raises(ExportRefused, match="too much"):
        export(BOOSTER, "native")
