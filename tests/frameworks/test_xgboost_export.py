"""Exported boosters, read by XGBoost itself: what five old versions saved, in the present one."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_export.to_native.xgboost import convert
from slipway_local.images.environments import Environments
from slipway_local.images.installing import EnvironmentFailed

from tests.export.conftest import array, fixtures, model

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VERSIONS = ("0.90", "1.2.1", "1.7.6", "3.0.5", "3.2.0")
PRESENT = ("xgboost-cpu==3.2.0", "numpy==2.2.6", "scipy==1.15.3")
PROGRAM = """
import pathlib, numpy, xgboost
for path in sorted(pathlib.Path(".").glob("*.model.*")):
    booster = xgboost.Booster()
    booster.load_model(path)
    types = booster.feature_types
    rows = numpy.load("categorical-rows.npy" if "categorical" in path.name else "rows.npy")
    matrix = xgboost.DMatrix(rows, feature_types=types, enable_categorical=bool(types))
    numpy.save(path.name + ".npy", booster.predict(matrix, output_margin=True))
"""


@pytest.mark.parametrize("version", VERSIONS)
def test_xgboost_reads_what_is_exported(
    version: str, images: Path, tmp_path: Path, figures: Callable[..., None]
) -> None:
    try:
        python = Environments(images).provide(PRESENT).python
    except EnvironmentFailed as error:
        pytest.skip(f"XGBoost does not install here: {error}")
    files = fixtures(f"xgboost-{version}")
    saved = [name for name in files if not name.endswith(".npy")]
    for name in saved:
        saved_as = f"model.{name.partition('.')[2]}"
        for file, content in convert(model({saved_as: files[name]})).files.items():
            (tmp_path / f"{name}.{file}").write_bytes(content)
    for name in {"rows.npy", "categorical-rows.npy"} & files.keys():
        (tmp_path / name).write_bytes(files[name])
    subprocess.run([python, "-I", "-W", "ignore", "-c", PROGRAM], cwd=tmp_path, check=True)  # noqa: S603
    apart = 0.0
    for name in saved:
        (answers,) = tmp_path.glob(f"{name}.model.*.npy")
        expected = array(files[f"{name.partition('.')[0]}.npy"])
        apart = max(apart, float(np.abs(array(answers.read_bytes()) - expected).max()))
    figures(saved_by=version, models=len(saved), furthest=apart)
    assert apart < 1e-6
