"""Linear Learner on files as it writes them; tests/frameworks compares with MXNet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from slipway_local.images.slipway_container.algorithms.linear_learner import application
from slipway_local.images.slipway_container.failures import ContainerMisconfigured

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.images.conftest import Inside, MXNetFiles


def test_regression(inside: Callable[..., Inside], mxnet_files: type[MXNetFiles]) -> None:
    model = mxnet_files.linear_learner([[1], [2]], [0.5], predictor_type="regressor")
    served = inside(application, {"model_algo-1": model})
    assert json.loads(served.ask(b"1,2\n3,4").body) == {
        "predictions": [{"score": 5.5}, {"score": 11.5}]
    }
    answer = served.ask(b"1,2", accept="text/csv")
    assert (answer.body, answer.content_type) == (b"5.5\n", "text/csv; charset=utf-8")
    lines = served.ask(b"1,2\n3,4", accept="application/jsonlines").body
    assert lines == b'{"score": 5.5}\n{"score": 11.5}\n'


@pytest.mark.parametrize(("threshold", "label"), [(0.5, 0), (0.25, 1), (None, 0)])
def test_binary_labels_follow_the_threshold(
    inside: Callable[..., Inside],
    mxnet_files: type[MXNetFiles],
    threshold: float | None,
    label: int,
) -> None:
    model = mxnet_files.linear_learner(
        [[1], [-1]],
        [0],
        "LogisticRegressionOutput",
        predictor_type="binary_classifier",
        threshold=threshold,
    )
    answer = inside(application, {"model_algo-1": model}).ask(b"0,0.5").body
    [prediction] = json.loads(answer)["predictions"]
    assert prediction == {"score": pytest.approx(0.3775407), "predicted_label": label}


def test_a_score_on_the_threshold_is_one(
    inside: Callable[..., Inside], mxnet_files: type[MXNetFiles]
) -> None:
    model = mxnet_files.linear_learner(
        [[0]], [0], "LogisticRegressionOutput", predictor_type="binary_classifier", threshold=0.5
    )
    answer = inside(application, {"model_algo-1": model}).ask(b"3", accept="text/csv")
    assert answer.body == b"0.5,1\n"


def test_classes(inside: Callable[..., Inside], mxnet_files: type[MXNetFiles]) -> None:
    model = mxnet_files.linear_learner(
        [[1, 0, 2]], [0, 0, 0], "SoftmaxOutput", predictor_type="multiclass_classifier"
    )
    answer = inside(application, {"model_algo-1": model}).ask(b"1").body
    [prediction] = json.loads(answer)["predictions"]
    assert prediction["predicted_label"] == 2
    assert prediction["score"] == pytest.approx([0.244728, 0.090031, 0.665241], abs=1e-6)


def test_the_weights_say_how_many_features(
    inside: Callable[..., Inside], mxnet_files: type[MXNetFiles]
) -> None:
    model = mxnet_files.linear_learner([[1], [2]], [0.5], predictor_type="regressor")
    assert inside(application, {"model_algo-1": model}).ask(b"1,2,3").status == 400


def test_other_files_are_refused(
    inside: Callable[..., Inside], mxnet_files: type[MXNetFiles]
) -> None:
    unknown = mxnet_files.linear_learner([[1]], [0], predictor_type="ranker")
    for content, said in [(b"text", "no zip"), (unknown, "predictor_type is 'ranker'")]:
        with pytest.raises(ContainerMisconfigured, match=said):
            inside(application, {"model_algo-1": content})
