"""The table of native forms: every kind has one, or says why not."""

import pytest
from slipway.artifacts.kinds import KINDS
from slipway_export.exporting import export
from slipway_export.model import ExportRefused
from slipway_export.native import NATIVE

from tests.export.conftest import fixtures, model

BOOSTER = model({"xgboost-model": fixtures("xgboost-0.90")["squared.bin"]})


def test_every_kind_is_in_the_table() -> None:
    assert NATIVE.keys() == {kind.name for kind in KINDS}


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        ("sklearn", "--to onnx"),
        ("image-classification", "--to onnx"),
        ("object-detection", "--to onnx"),
        ("mxnet", "--to onnx"),
        ("semantic-segmentation", "retired"),
        ("unknown", r"docs/artifacts\.md"),
    ],
)
def test_a_kind_without_a_form_says_what_would_help(kind: str, remedy: str) -> None:
    with pytest.raises(ExportRefused, match=remedy):
        NATIVE[kind](BOOSTER)


def test_what_is_unknown_is_refused() -> None:
    with pytest.raises(ExportRefused, match="known"):
        export(model({"weights.dat": b"12345"}), "native")
