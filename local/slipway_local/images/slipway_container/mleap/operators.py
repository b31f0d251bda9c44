"""MLeap's common operators; each is made of its attributes and folder, and computes one row.

Results and refusals are those of mleap-core's models (StringIndexerModel and so on).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .java_text import java_text
from .trees import Tree, read_tree

Values = Mapping[str, Any]
Operator = Callable[[Values], Mapping[str, Any]]
Maker = Callable[[Values, Path], Operator]
Vector = list[float]


def _numbered(values: Values, name: str) -> list[tuple[str, Any]]:
    """The inputs with the output each is for: `input` for `output`, `input1` for `output1` …"""
    return [(port.replace("input", name, 1), value) for port, value in sorted(values.items())]


def _string_indexer(attributes: Values, _: Path) -> Operator:
    keep = attributes.get("handle_invalid") == "keep"
    count = int(attributes.get("labels_length", 0))
    lists = [attributes[f"labels_array_{number}"] for number in range(count)]
    indices = [
        {label: float(place) for place, label in enumerate(labels)}
        for labels in lists or [attributes["labels"]]
    ]

    def index(value: object, known: Mapping[str, float]) -> float:
        label = java_text(value)
        if label not in known and not keep:
            raise ValueError(
                f"Unseen label: {label}. To handle unseen labels, set handleInvalid to keep"
            )
        return known.get(label, float(len(known)))

    def run(values: Values) -> Values:
        pairs = zip(_numbered(values, "output"), indices, strict=True)
        return {port: index(value, known) for (port, value), known in pairs}

    return run


def _one_hot_encoder(attributes: Values, _: Path) -> Operator:
    sizes = attributes.get("category_sizes") or [attributes["size"]]
    drop_last = attributes["drop_last"]
    old = "size" in attributes and drop_last  # written before there was handle_invalid
    keep = attributes.get("handle_invalid", "keep" if old else "error") == "keep"

    def encode(label: float, size: int) -> Vector:
        if label != int(label) or not (keep or 0 <= label < size):
            raise ValueError(f"Unseen value: {label}. To handle unseen values, set handleInvalid")
        place = int(label) if 0 <= label < size else size
        width = size + (1 if keep else 0) - (1 if drop_last else 0)
        return [1.0 if each == place else 0.0 for each in range(width)]

    def run(values: Values) -> Values:
        pairs = zip(_numbered(values, "output"), sizes, strict=True)
        return {port: encode(label, int(size)) for (port, label), size in pairs}

    return run


def _vector_assembler(_: Values, __: Path) -> Operator:
    def run(values: Values) -> Values:
        ports = sorted(values, key=lambda port: int(port.removeprefix("input") or 0))
        parts = (values[port] for port in ports)
        return {"output": [float(each) for part in parts for each in _listed(part)]}

    return run


def _listed(part: Any) -> list[Any]:  # noqa: ANN401 - a column's value
    return part if isinstance(part, list) else [part]


def _standard_scaler(attributes: Values, _: Path) -> Operator:
    mean, deviation = attributes.get("mean"), attributes.get("std")

    def run(values: Values) -> Values:
        vector = values["input"]
        shifted = [x - m for x, m in zip(vector, mean, strict=True)] if mean else vector
        if not deviation:
            return {"output": shifted}
        pairs = zip(shifted, deviation, strict=True)
        return {"output": [x * (1 / s) if s else 0.0 for x, s in pairs]}

    return run


def _min_max_scaler(attributes: Values, _: Path) -> Operator:
    least, most = attributes["min"], attributes["max"]
    low, high = attributes.get("minValue", 0.0), attributes.get("maxValue", 1.0)

    def scale(value: float, smallest: float, largest: float) -> float:
        part = (value - smallest) / (largest - smallest) if largest != smallest else 0.5
        return value if math.isnan(value) else part * (high - low) + low

    def run(values: Values) -> Values:
        triples = zip(values["input"], least, most, strict=True)
        return {"output": [scale(*triple) for triple in triples]}

    return run


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


def _linear_regression(attributes: Values, _: Path) -> Operator:
    coefficients, intercept = attributes["coefficients"], attributes["intercept"]
    return lambda values: {"prediction": _dot(values["features"], coefficients) + intercept}


def _logistic_regression(attributes: Values, _: Path) -> Operator:
    if attributes["num_classes"] > 2:
        return _multinomial(attributes)
    coefficients, intercept = attributes["coefficients"], attributes["intercept"]
    threshold = attributes.get("threshold", 0.5)

    def run(values: Values) -> Values:
        margin = _dot(values["features"], coefficients) + intercept
        score = 1 / (1 + math.exp(-margin)) if margin > -700 else 0.0
        return {
            "prediction": 1.0 if score > threshold else 0.0,
            "probability": [1 - score, score],
            "raw_prediction": [-margin, margin],
        }

    return run


def _multinomial(attributes: Values) -> Operator:
    matrix, intercepts = attributes["coefficient_matrix"], attributes["intercept_vector"]
    width = len(matrix) // len(intercepts)
    rows = [matrix[place * width : (place + 1) * width] for place in range(len(intercepts))]

    def run(values: Values) -> Values:
        raw = [_dot(values["features"], row) + b for row, b in zip(rows, intercepts, strict=True)]
        powers = [math.exp(each - max(raw)) for each in raw]
        return _classified(raw, powers, attributes.get("thresholds"))

    return run


def _classified(raw: Vector, votes: Vector, thresholds: Vector | None) -> Values:
    """Probabilities of votes, and the class whose probability is largest for its threshold."""
    total = sum(votes)
    probability = [vote / total for vote in votes] if total else votes
    scaled = [p / t for p, t in zip(probability, thresholds or [1.0] * len(votes), strict=True)]
    prediction = float(scaled.index(max(scaled)))
    return {"prediction": prediction, "probability": probability, "raw_prediction": raw}


def _tree_classifier(attributes: Values, folder: Path) -> Operator:
    tree = read_tree(folder)

    def run(values: Values) -> Values:
        raw = tree(values["features"])
        return _classified(raw, raw, attributes.get("thresholds"))

    return run


def _tree_regression(_: Values, folder: Path) -> Operator:
    tree = read_tree(folder)
    return lambda values: {"prediction": tree(values["features"])[0]}


def _forest(attributes: Values, folder: Path) -> list[Tree]:
    return [read_tree(folder / name) for name in attributes["trees"]]


def _forest_classifier(attributes: Values, folder: Path) -> Operator:
    trees = _forest(attributes, folder)

    def run(values: Values) -> Values:
        leaves = [tree(values["features"]) for tree in trees]
        shares = [[each / sum(leaf) for each in leaf] for leaf in leaves if sum(leaf)]
        votes = [sum(column) for column in zip(*shares, strict=True)]
        return _classified(votes, votes, attributes.get("thresholds"))

    return run


def _forest_regression(attributes: Values, folder: Path) -> Operator:
    trees = _forest(attributes, folder)
    return lambda values: {
        "prediction": sum(tree(values["features"])[0] for tree in trees) / len(trees)
    }


def _boosted(attributes: Values, folder: Path) -> Callable[[Vector], float]:
    """The weighted sum of the trees' answers."""
    trees, weights = _forest(attributes, folder), attributes["tree_weights"]
    return lambda features: _dot([tree(features)[0] for tree in trees], weights)


def _boosted_classifier(attributes: Values, folder: Path) -> Operator:
    """Two classes; the loss that Spark trains with, LogLoss, counts the margin twice."""
    if (
        attributes.get("num_classes", 2) != 2
        or attributes.get("lossType", "logistic") != "logistic"
    ):
        raise ValueError("boosted trees are read for two classes and logistic loss only")
    margin, thresholds = _boosted(attributes, folder), attributes.get("thresholds")

    def run(values: Values) -> Values:
        score = margin(values["features"])
        second = 1 / (1 + math.exp(-2 * score)) if score > -350 else 0.0
        answer = _classified([-score, score], [1 - second, second], thresholds)
        return answer if thresholds else {**answer, "prediction": 1.0 if score > 0 else 0.0}

    return run


def _boosted_regression(attributes: Values, folder: Path) -> Operator:
    boosted = _boosted(attributes, folder)
    return lambda values: {"prediction": boosted(values["features"])}


OPERATORS: dict[str, Maker] = {
    "decision_tree_classifier": _tree_classifier,
    "decision_tree_regression": _tree_regression,
    "gbt_classifier": _boosted_classifier,
    "gbt_regression": _boosted_regression,
    "linear_regression": _linear_regression,
    "logistic_regression": _logistic_regression,
    "min_max_scaler": _min_max_scaler,
    "one_hot_encoder": _one_hot_encoder,
    "random_forest_classifier": _forest_classifier,
    "random_forest_regression": _forest_regression,
    "standard_scaler": _standard_scaler,
    "string_indexer": _string_indexer,
    "vector_assembler": _vector_assembler,
}
