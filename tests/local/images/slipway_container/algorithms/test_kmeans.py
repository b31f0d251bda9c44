"""K-Means on files as it writes them, and on a real one where it is at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_local.images.slipway_container.algorithms.kmeans import application
from slipway_local.images.slipway_container.failures import ContainerMisconfigured
from slipway_local.images.slipway_container.networks.ndarrays import read_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.images.conftest import Inside, MXNetFiles

REAL = Path(__file__).parents[6] / "shared/data/artifacts/kmeans/model_algo-1"


def test_the_nearest_centre(inside: Callable[..., Inside], mxnet_files: type[MXNetFiles]) -> None:
    model = mxnet_files.arrays([np.float32([[0, 0], [3, 4], [9, 9]])])
    served = inside(application, {"model_algo-1": model})
    assert json.loads(served.ask(b"0,2\n9,8\n3,4").body)["predictions"] == [
        {"closest_cluster": 0.0, "distance_to_cluster": 2.0},
        {"closest_cluster": 2.0, "distance_to_cluster": 1.0},
        {"closest_cluster": 1.0, "distance_to_cluster": 0.0},
    ]


def test_named_or_several_arrays_are_no_kmeans(
    inside: Callable[..., Inside], mxnet_files: type[MXNetFiles]
) -> None:
    content = mxnet_files.arrays([np.float32([[1]]), np.float32([[1]])])
    with pytest.raises(ContainerMisconfigured, match="no K-Means"):
        inside(application, {"model_algo-1": content})


def test_a_real_model(inside: Callable[..., Inside]) -> None:
    if not REAL.exists():
        pytest.skip(f"{REAL} is not here")
    [centres] = read_file(REAL).values()
    served = inside(application, {"model_algo-1": REAL.read_bytes()})
    for number, centre in enumerate(centres):
        [found] = json.loads(served.ask(",".join(map(str, centre)).encode()).body)["predictions"]
        assert found == {
            "closest_cluster": float(number),
            "distance_to_cluster": pytest.approx(0.0, abs=1e-6),
        }
