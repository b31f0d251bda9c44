"""MLeap's operators, by what mleap-core's models do."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from slipway_local.images.slipway_container.mleap.operators import OPERATORS

NOWHERE = Path("/nowhere")


def run(operator: str, attributes: dict[str, Any], **inputs: Any) -> Any:  # noqa: ANN401
    return OPERATORS[operator](attributes, NOWHERE)(inputs)


def test_labels_become_numbers() -> None:
    assert run("string_indexer", {"labels": ["b", "a"]}, input="a") == {"output": 1.0}
    several = {"labels_length": 2, "labels_array_0": ["x"], "labels_array_1": ["1.0", "2.0"]}
    answer = run("string_indexer", several, input0="x", input1=2.0)
    assert answer == {"output0": 0.0, "output1": 1.0}
    kept = {"labels": ["b", "a"], "handle_invalid": "keep"}
    assert run("string_indexer", kept, input="new") == {"output": 2.0}
    with pytest.raises(ValueError, match="Unseen label: new"):
        run("string_indexer", {"labels": ["b", "a"]}, input="new")


@pytest.mark.parametrize(
    ("attributes", "label", "vector"),
    [
        ({"category_sizes": [3], "handle_invalid": "error", "drop_last": True}, 1.0, [0, 1]),
        ({"category_sizes": [3], "handle_invalid": "error", "drop_last": True}, 2.0, [0, 0]),
        ({"category_sizes": [3], "handle_invalid": "error", "drop_last": False}, 2.0, [0, 0, 1]),
        ({"category_sizes": [3], "handle_invalid": "keep", "drop_last": True}, 2.0, [0, 0, 1]),
        ({"category_sizes": [3], "handle_invalid": "keep", "drop_last": True}, 7.0, [0, 0, 0]),
        ({"category_sizes": [3], "handle_invalid": "keep", "drop_last": False}, 7.0, [0, 0, 0, 1]),
        ({"size": 2, "drop_last": True}, 1.0, [0, 1]),  # before there was handle_invalid
        ({"size": 2, "drop_last": True}, 2.0, [0, 0]),
    ],
)
def test_one_of_many(attributes: dict[str, Any], label: float, vector: list[int]) -> None:
    key = "input" if "size" in attributes else "input0"
    assert list(run("one_hot_encoder", attributes, **{key: label}).values()) == [vector]


def test_labels_outside_are_refused() -> None:
    attributes = {"category_sizes": [3], "handle_invalid": "error", "drop_last": True}
    for label in (3.0, -1.0, 0.5):
        with pytest.raises(ValueError, match="Unseen value"):
            run("one_hot_encoder", attributes, input0=label)


def test_columns_are_put_together_by_number() -> None:
    columns = {f"input{number}": float(number) for number in range(12)} | {"input3": [3.0, 3.5]}
    expected = [0.0, 1.0, 2.0, 3.0, 3.5, *map(float, range(4, 12))]
    assert run("vector_assembler", {}, **columns) == {"output": expected}


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"mean": [1.0, 1.0], "std": [2.0, 0.0]}, [1.0, 0.0]),
        ({"mean": [1.0, 1.0]}, [2.0, 4.0]),
        ({"std": [2.0, 0.0]}, [1.5, 0.0]),
    ],
)
def test_standard_scaler(attributes: dict[str, Any], expected: list[float]) -> None:
    assert run("standard_scaler", attributes, input=[3.0, 5.0]) == {"output": expected}


def test_min_max_scaler() -> None:
    attributes = {"min": [0.0, 1.0, 0.0], "max": [4.0, 1.0, 1.0], "minValue": -1.0}
    [scaled] = run("min_max_scaler", attributes, input=[3.0, 9.0, math.nan]).values()
    assert scaled[:2] == [0.5, 0.0]
    assert math.isnan(scaled[2])


def test_regressions() -> None:
    linear = {"coefficients": [1.0, 2.0], "intercept": 0.5}
    assert run("linear_regression", linear, features=[3.0, 4.0]) == {"prediction": 11.5}
    logistic = {"num_classes": 2, "coefficients": [1.0], "intercept": 0.0, "threshold": 0.9}
    answer = run("logistic_regression", logistic, features=[2.0])
    assert answer["prediction"] == 0.0
    assert answer["probability"] == pytest.approx([0.1192029, 0.8807971])
    assert answer["raw_prediction"] == [-2.0, 2.0]
    assert run("logistic_regression", logistic, features=[-1e4])["probability"] == [1.0, 0.0]


def test_several_classes_and_thresholds() -> None:
    attributes = {
        "num_classes": 3,
        "coefficient_matrix": [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        "intercept_vector": [0.0, 0.0, 1.0],
    }
    answer = run("logistic_regression", attributes, features=[2.0, 1.0])
    assert answer["probability"] == pytest.approx([0.5761169, 0.2119416, 0.2119416])
    assert answer["prediction"] == 0.0
    weighed = run(
        "logistic_regression", {**attributes, "thresholds": [0.9, 0.1, 0.9]}, features=[2.0, 1.0]
    )
    assert weighed["prediction"] == 1.0


SPLIT = {"type": "continuous", "featureIndex": 0, "threshold": 1.5}
SORTS = {"type": "categorical", "featureIndex": 1, "categories": [2.0], "isLeft": False}


def tree(folder: Path, *leaves: list[float]) -> None:
    """x0 <= 1.5 gives the first leaf, else whether x1 is 2 tells."""
    nodes = [
        {"type": "internal", "split": SPLIT},
        {"type": "leaf", "values": leaves[0]},
        {"type": "internal", "split": SORTS},
        {"type": "leaf", "values": leaves[1]},
        {"type": "leaf", "values": leaves[2]},
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tree.json").write_text("".join(f"{json.dumps(node)}\n" for node in nodes))


def test_trees(tmp_path: Path) -> None:
    tree(tmp_path, [1.0], [2.0], [3.0])
    regression = OPERATORS["decision_tree_regression"]({}, tmp_path)
    answers = [regression({"features": x})["prediction"] for x in ([1.5, 2.0], [2, 1.0], [2, 2.0])]
    assert answers == [1.0, 2.0, 3.0]
    tree(tmp_path, [3.0, 1.0], [0.0, 4.0], [2.0, 2.0])
    classifier = OPERATORS["decision_tree_classifier"]({}, tmp_path)
    answer = classifier({"features": [1.0, 0.0]})
    assert (answer["prediction"], answer["probability"]) == (0.0, [0.75, 0.25])


def test_forests(tmp_path: Path) -> None:
    tree(tmp_path / "tree0", [30.0, 10.0], [0.0, 1.0], [0.0, 1.0])
    tree(tmp_path / "tree1", [0.0, 1.0], [0.0, 1.0], [0.0, 1.0])
    attributes = {"trees": ["tree0", "tree1"]}
    votes = OPERATORS["random_forest_classifier"](attributes, tmp_path)({"features": [0.0, 0.0]})
    assert (votes["prediction"], votes["probability"]) == (1.0, [0.375, 0.625])
    mean = OPERATORS["random_forest_regression"](attributes, tmp_path)({"features": [0.0, 0.0]})
    assert mean == {"prediction": 15.0}


def test_boosted_trees(tmp_path: Path) -> None:
    tree(tmp_path / "tree0", [3.0], [0.0], [0.0])
    tree(tmp_path / "tree1", [-1.0], [2.0], [-400.0])
    attributes = {"trees": ["tree0", "tree1"], "tree_weights": [1.0, 0.5], "num_classes": 2}
    regression = OPERATORS["gbt_regression"](attributes, tmp_path)
    assert regression({"features": [1.0, 0.0]}) == {"prediction": 2.5}
    classifier = OPERATORS["gbt_classifier"](attributes, tmp_path)
    answer = classifier({"features": [2.0, 0.0]})
    assert (answer["prediction"], answer["raw_prediction"]) == (1.0, [-1.0, 1.0])
    assert answer["probability"] == pytest.approx([0.1192029, 0.8807971])
    far = classifier({"features": [2.0, 2.0]})
    assert (far["prediction"], far["probability"]) == (0.0, pytest.approx([1.0, 0.0]))
    strict = OPERATORS["gbt_classifier"]({**attributes, "thresholds": [0.1, 0.9]}, tmp_path)
    assert strict({"features": [2.0, 0.0]})["prediction"] == 0.0


@pytest.mark.parametrize("change", [{"num_classes": 3}, {"lossType": "exponential"}])
def test_other_boosted_trees_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    attributes = {"trees": [], "tree_weights": [], **change}
    with pytest.raises(ValueError, match="two classes and logistic loss"):
        OPERATORS["gbt_classifier"](attributes, tmp_path)


def test_a_cut_tree_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tree.json").write_text(json.dumps({"type": "internal", "split": SPLIT}))
    with pytest.raises(ValueError, match="is cut"):
        OPERATORS["decision_tree_regression"]({}, tmp_path)
