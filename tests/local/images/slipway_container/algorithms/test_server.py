"""What the built-in algorithms have in common, shown with K-Means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from slipway_local.images.slipway_container.algorithms import kmeans
from slipway_local.images.slipway_container.failures import ContainerMisconfigured

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.images.conftest import Inside, MXNetFiles


@pytest.fixture
def centres(mxnet_files: type[MXNetFiles]) -> bytes:
    """Two centres, (0, 0) and (3, 4)."""
    return mxnet_files.arrays([np.float32([[0, 0], [3, 4]])])


def test_statuses(
    inside: Callable[..., Inside], centres: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    served = inside(kmeans.application, {"model_algo-1": centres})
    assert served.ask(b"3,4").status == 200
    refused = served.ask(b"3,4,5")
    assert (refused.status, refused.body) == (400, b"unable to evaluate payload provided")
    assert capsys.readouterr().err == "refused: row 0 has 3 features, the model has 2\n"
    refused = served.ask(b"3,4", "application/octet-stream")
    assert refused.status == 415
    assert refused.body == b"content-type application/octet-stream not supported"
    assert served.application.execution_parameters() is None


def test_the_default_answer_is_json_or_what_the_endpoint_says(
    inside: Callable[..., Inside], centres: bytes
) -> None:
    files = {"model_algo-1": centres}
    answer = inside(kmeans.application, files).ask(b"3,4", accept="*/*")
    assert json.loads(answer.body) == {
        "predictions": [{"closest_cluster": 1.0, "distance_to_cluster": 0.0}]
    }
    told = inside(kmeans.application, files, SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="text/csv")
    assert told.ask(b"3,4").body == b"1.0,0.0\n"


@pytest.mark.parametrize("name", ["model_algo-1", "kmeans-model"])
def test_the_state_of_the_training_is_no_model(
    inside: Callable[..., Inside], centres: bytes, name: str
) -> None:
    served = inside(kmeans.application, {name: centres, "state_123": b"?", ".x": b"?"})
    assert served.ask(b"3,4").status == 200


@pytest.mark.parametrize("names", [["state_123"], ["one", "other"]])
def test_no_model_and_two_are_refused(
    inside: Callable[..., Inside], centres: bytes, names: list[str]
) -> None:
    with pytest.raises(ContainerMisconfigured, match=f"has no model_algo-1.*{names[-1]}"):
        inside(kmeans.application, dict.fromkeys(names, centres))


def test_another_file_is_refused(inside: Callable[..., Inside]) -> None:
    with pytest.raises(ContainerMisconfigured, match="model_algo-1 cannot be loaded: it is no"):
        inside(kmeans.application, {"model_algo-1": b"x" * 100})
