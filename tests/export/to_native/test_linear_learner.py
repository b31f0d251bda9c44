"""Linear Learner as arrays and a card, against the image's own server."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from slipway_export.exporting import export
from slipway_export.model import ExportRefused
from slipway_export.to_native.linear_learner import convert
from slipway_export.to_native.npz_cards import read
from slipway_local.images.slipway_container.algorithms import linear_learner

from tests.export.conftest import model
from tests.local.images.conftest import Inside, MXNetFiles, inside

__all__ = ["inside"]

WEIGHT = np.float32([[0.5, -1.0, 0.25], [2.0, 0.125, -3.0]])
REGRESSOR = MXNetFiles.linear_learner(WEIGHT[:, :1], [7.5], predictor_type="regressor")
BINARY = MXNetFiles.linear_learner(
    WEIGHT[:, :1],
    [0.25],
    "LogisticRegressionOutput",
    predictor_type="binary_classifier",
    threshold=0.3,
    loss_type="logistic",
)
CLASSES = MXNetFiles.linear_learner(
    WEIGHT, [0.5, -0.5, 0.0], "SoftmaxOutput", predictor_type="multiclass_classifier"
)


@pytest.mark.parametrize(
    ("content", "said", "facts"),
    [
        (REGRESSOR, "rows @ weight + bias", {"predictor_type": "regressor", "features": 2}),
        (BINARY, "`threshold`", {"threshold": 0.3, "loss": "logistic", "outputs": 1}),
        (CLASSES, "largest score", {"classes": 3, "outputs": 3}),
    ],
)
def test_arrays_and_card(content: bytes, said: str, facts: dict[str, object]) -> None:
    found = model({"model_algo-1": content})
    made = convert(found)
    card = json.loads(made.files["card.json"])
    assert said in card["predict"]
    assert facts.items() <= card.items()
    assert card["source"]["sha256"] == found.inspection.sha256
    assert card["source"]["framework"] == "mxnet 1.9.1"
    assert card["arrays"]["weight"]["shape"] == list(read(made.files)["weight"].shape)
    assert made.proof is not None
    assert made.proof.furthest() < 1e-6


def test_the_card_is_enough_to_answer_as_the_server_does(inside: Callable[..., Inside]) -> None:
    arrays = read(convert(model({"model_algo-1": BINARY})).files)
    rows = np.float32([[1.0, 2.0], [-3.0, 0.5]])
    scores = 1 / (1 + np.exp(-(rows @ arrays["weight"] + arrays["bias"])))
    served = inside(linear_learner.application, {"model_algo-1": BINARY})
    body = "\n".join(",".join(map(str, row)) for row in rows)
    reply = json.loads(served.ask(body.encode(), accept="application/json").body)
    answered = [each["score"] for each in reply["predictions"]]
    np.testing.assert_allclose(scores[:, 0], answered, rtol=1e-6)


def test_another_weight_would_be_noticed() -> None:
    made = convert(model({"model_algo-1": REGRESSOR}))
    assert made.proof is not None
    other = convert(model({"model_algo-1": CLASSES}))
    assert other.proof is not None
    rows = made.proof.inputs
    assert np.abs(made.proof.original(rows) - other.proof.exported(rows)[:, :1]).max() > 0.1


def test_a_network_that_ends_otherwise_is_refused() -> None:
    content = MXNetFiles.linear_learner([[1.0]], [0.0], "exp", predictor_type="regressor")
    with pytest.raises(ExportRefused, match="exp"):
        export(model({"model_algo-1": content}), "native")
