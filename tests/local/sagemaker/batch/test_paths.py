"""JSONPath as "Supported JSONPath Operators" lists it."""

from typing import Any

import pytest
from slipway_local.sagemaker.batch.paths import PathRefused, parse

ROW = ["id", 1, 2, 3, 0.5]
THING = {
    "id": 7,
    "features": {"age": 30, "a b": [1, 2]},
    "rows": [{"x": 1}, {"y": 2}, {"x": 3}],
    "it's": "quoted",
}


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("$", ROW, ROW),
        ("$[0]", ROW, "id"),
        ("$[-1]", ROW, 0.5),
        ("$[0,-1]", ROW, ["id", 0.5]),
        ("$[0, 5:]", [*ROW, 6, 7], ["id", 6, 7]),
        ("$[1:]", ROW, [1, 2, 3, 0.5]),
        ("$[:2]", ROW, ["id", 1]),
        ("$[1:4]", ROW, [1, 2, 3]),
        ("$[0:-1]", ROW, ["id", 1, 2, 3]),
        ("$[3:99]", ROW, [3, 0.5]),
        ("$[*]", ROW, ROW),
        ("$.*", ROW, ROW),
        ("$.id", THING, 7),
        ("$['id']", THING, 7),
        ('$["id"]', THING, 7),
        ("$.features.age", THING, 30),
        ("$.features['a b'][1]", THING, 2),
        ("$.features.['age','a b']", THING, {"age": 30, "a b": [1, 2]}),
        ("$['id','none']", THING, {"id": 7}),
        ("$.features.*", THING, [30, [1, 2]]),
        ("$.rows[*].x", THING, [1, 3]),
        ("$.rows[0:2].x", THING, [1]),
        ("$['it\\'s']", THING, "quoted"),
    ],
)  # fmt: skip
def test_a_path_leads_to(path: str, value: Any, found: Any) -> None:  # noqa: ANN401
    assert parse(path).select(value) == found


@pytest.mark.parametrize(
    "path", ["", "id", "$id", "$.", "$[", "$[]", "$[a]", "$..id", "$[?(@.x)]", "$.a b", "$[1:2:3]"]
)
def test_what_is_no_such_path_is_refused(path: str) -> None:
    with pytest.raises(PathRefused):
        parse(path)


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("$[5]", ROW, r"\[5\] is beyond an array of 5"),
        ("$[-6]", ROW, "beyond an array of 5"),
        ("$[0,9]", ROW, r"\[9\] is beyond"),
        ("$.age", THING, "no 'age'"),
        ("$.id.x", THING, "no 'x'"),
        ("$.id['x','y']", THING, "no 'x'"),
        ("$.id.*", THING, "needs an object or an array"),
        ("$.id[0]", THING, "needs an array"),
    ],
)
def test_a_path_that_leads_nowhere_says_where(path: str, value: Any, why: str) -> None:  # noqa: ANN401
    with pytest.raises(PathRefused, match=why):
        parse(path).select(value)


@pytest.mark.parametrize(
    ("path", "indexed"),
    [("$", True), ("$[0]", True), ("$[*]", True), ("$.a", False), ("$['a']", False)],
)
def test_a_row_is_looked_into_by_index(path: str, indexed: bool) -> None:
    assert parse(path).indexed == indexed
