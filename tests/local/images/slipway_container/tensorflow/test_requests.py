"""What reaches TensorFlow Serving; expectations read off the container's own JavaScript."""

import json

import pytest
from slipway_local.images.slipway_container.tensorflow.requests import (
    UnsupportedMediaType,
    address_of,
    addressed,
    as_accepted,
    custom_attributes,
    serving_body,
)

JSON, CSV = "application/json", "text/csv"


@pytest.mark.parametrize("body", ['{"instances": [1]}', '{"inputs" : 1}', '{"examples": []}'])
def test_what_serving_understands_passes_through(body: str) -> None:
    assert serving_body(body, JSON) == body


@pytest.mark.parametrize(
    ("body", "content_type", "instances"),
    [
        ("1.0", JSON, [1.0]),
        ("[1, 2]", JSON, [[1, 2]]),
        (" [[1, 2], [3, 4]]", JSON, [[1, 2], [3, 4]]),
        ('{"x": 1}', JSON, [{"x": 1}]),
        ('{"x": 1}\n{"x": 2}\n', "application/jsonlines", [{"x": 1}, {"x": 2}]),
        ("[1]\r\n\r\n[2]", "application/jsons", [[1], [2]]),
        ("[1]\n[2]", JSON, [[1], [2]]),
        ("1,2\n3,4\n", CSV, [[1, 2], [3, 4]]),
        ("1\n2", CSV, [1, 2]),
        ('"a","b"\n"c","d"', CSV, [["a", "b"], ["c", "d"]]),
        ("a,b\n\nc,d", CSV, [["a", "b"], ["c", "d"]]),
        ("a\nb", CSV, ["a", "b"]),
        ("a,b,c", CSV, [["a", "b,c"]]),  # only the first comma, as in the container
    ],
)
def test_the_rest_is_wrapped(body: str, content_type: str, instances: list[object]) -> None:
    assert json.loads(serving_body(body, content_type)) == {"instances": instances}


@pytest.mark.parametrize(
    ("content_type", "said"),
    [
        (None, "Unknown"),
        ("text/plain", "text/plain"),
        ("text/csv; charset=utf-8", "text/csv; charset=utf-8"),
    ],
)
def test_other_types_are_refused(content_type: str | None, said: str) -> None:
    with pytest.raises(UnsupportedMediaType, match=f"^Unsupported Media Type: {said}$"):
        serving_body("1", content_type)


def test_custom_attributes() -> None:
    header = "tfs-model-name=line,other=1,tfs-model-version=3, tfs-method=regress"
    assert custom_attributes({"x-amzn-sagemaker-custom-attributes": header}) == {
        "tfs-model-name": "line",
        "tfs-model-version": "3",
        "tfs-method": "regress",
    }
    assert custom_attributes({"x-amzn-sagemaker-custom-attributes": "tfs-a=b=c"}) == {}
    assert custom_attributes({}) == {}


def test_addresses() -> None:
    assert address_of({}, "line") == "/v1/models/line:predict"
    named = {"tfs-model-name": "two", "tfs-model-version": "3", "tfs-method": "regress"}
    assert addressed(address_of(named, "line")) == ("two", "3", "regress")
    assert addressed("/v1/models/line:predict") == ("line", None, "predict")


@pytest.mark.parametrize(
    "path",
    ["/v1/models/line:guess", "/v1/models/line/versions/new:predict", "/v1/models/line/predict"],
)
def test_paths_that_serving_has_not(path: str) -> None:
    assert addressed(path) is None


def test_who_names_json_gets_one_line() -> None:
    body = '{\n    "predictions": [1]\n}'
    assert as_accepted(body, None) == (body, JSON)
    assert as_accepted(body, "text/csv") == (body, JSON)
    assert as_accepted(body, "application/jsonlines, text/csv") == (
        '{    "predictions": [1]}',
        "application/jsonlines",
    )
