"""PCA on files as it writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_local.images.slipway_container.algorithms.pca import application
from slipway_local.images.slipway_container.failures import ContainerMisconfigured

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.images.conftest import Inside, MXNetFiles


def test_rows_are_projected_less_the_mean(
    inside: Callable[..., Inside], mxnet_files: type[MXNetFiles]
) -> None:
    mean, components = np.float32([[1, 2, 3]]), np.float32([[0, 1], [1, 0], [0, 2]])
    model = mxnet_files.arrays({"mean": mean, "v": components, "s": np.float32([1, 9])})
    served = inside(application, {"model_algo-1": model, "state_1": b""})
    assert json.loads(served.ask(b"1,2,3\n2,4,4").body) == {
        "projections": [{"projection": [0.0, 0.0]}, {"projection": [2.0, 3.0]}]
    }
    assert served.ask(b"2,4,4", accept="text/csv").body == b"2.0,3.0\n"
    assert served.ask(b"1,2").status == 400


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"0": [[1.0]]}, "no PCA"),
        ({"mean": [[1.0, 2.0]], "v": [[1.0]], "s": [1.0]}, "do not fit"),
    ],
)
def test_other_arrays_are_refused(
    inside: Callable[..., Inside],
    mxnet_files: type[MXNetFiles],
    arrays: dict[str, list[float]],
    said: str,
) -> None:
    content = mxnet_files.arrays({name: np.float32(array) for name, array in arrays.items()})
    with pytest.raises(ContainerMisconfigured, match=said):
        inside(application, {"model_algo-1": content})
