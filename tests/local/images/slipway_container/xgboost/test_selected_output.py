"""The parts of a prediction that a caller may select."""

import json
import math

import numpy as np
import pytest
from slipway_local.images.slipway_container.xgboost.selected_output import (
    encode_selected,
    select,
    selected_names,
)

EVERY = selected_names(
    "predicted_label, labels,probability,PROBABILITIES,raw_score,raw_scores,predicted_score"
)


@pytest.mark.parametrize(
    ("objective", "prediction", "expected"),
    [
        ("reg:squarederror", 2.5, [None, None, None, None, None, None, 2.5]),
        ("binary:logistic", 0.75, [1, [0, 1], 0.75, [0.25, 0.75], 0.75, [0.25, 0.75], None]),
        ("binary:logitraw", -1.5, [0, [0, 1], None, None, -1.5, [2.5, -1.5], None]),
        ("multi:softmax", 2.0, [2.0, [0, 1, 2], None, None, 2.0, [-1.0, 2.0], None]),
        (
            "multi:softprob",
            [0.25, 0.5, 0.25],
            [1, [0, 1, 2], 0.5, [0.25, 0.5, 0.25], 0.5, [0.25, 0.5, 0.25], None],
        ),
    ],
)
def test_parts_depend_on_the_objective(
    objective: str, prediction: object, expected: list[object]
) -> None:
    [parts] = select(np.array([prediction]), EVERY, objective, 3)
    assert list(parts) == EVERY
    shown = [None if value != value else value for value in parts.values()]
    assert shown == expected


def test_an_objective_without_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="rank:pairwise"):
        select(np.array([1.0]), EVERY, "rank:pairwise", 0)


def test_encodings() -> None:
    selected = select(
        np.array([0.75, 0.25]), ["predicted_label", "probabilities"], "binary:logistic", 0
    )
    assert (
        encode_selected(selected, "text/csv", batch=False) == b'1,"[0.25, 0.75]"\n0,"[0.75, 0.25]"'
    )
    assert encode_selected(selected, "text/csv", batch=True).endswith(b"\n")
    assert json.loads(encode_selected(selected, "application/json", batch=False)) == {
        "predictions": selected
    }
    lines = encode_selected(selected, "application/jsonlines", batch=False).splitlines()
    assert [json.loads(line) for line in lines] == selected
    with pytest.raises(ValueError, match="image/png"):
        encode_selected(selected, "image/png", batch=False)


def test_what_is_not_there_is_nan_in_csv() -> None:
    [parts] = select(np.array([2.0]), ["predicted_label", "predicted_score"], "reg:gamma", 0)
    assert math.isnan(parts["predicted_label"])
    assert encode_selected([parts], "text/csv", batch=False) == b"nan,2.0"
