"""The table of converters, and what it says where their packages are missing."""

from __future__ import annotations

import sys

import pytest
from slipway.artifacts.kinds import BY_NAME
from slipway_export.model import ExportRefused
from slipway_export.to_onnx import ONNX

from tests.export.to_onnx.conftest import load
from tests.local.images.conftest import MXNetFiles


def test_kinds_are_known_words() -> None:
    assert ONNX.keys() <= BY_NAME.keys()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load({"model_algo-1": MXNetFiles.arrays([[[1.0, 2.0]]])})
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    for name in ("kmeans", "runtime"):
        monkeypatch.delitem(sys.modules, f"slipway_export.to_onnx.{name}", raising=False)
    with pytest.raises(ExportRefused, match=r"needs the package onnxruntime: .*'slipway\[onnx\]'"):
        ONNX["kmeans"](model)
