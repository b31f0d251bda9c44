"""TensorFlow Serving's REST bodies to arrays and back, as its json_tensor.cc has them.

The row form `{"instances": [...]}` is answered with `{"predictions": [...]}`, the column form
`{"inputs": ...}` with `{"outputs": ...}`. Bytes are `{"b64": "..."}`.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_FITTING = {"f": "iuf", "c": "iufc", "i": "iu", "u": "iu", "b": "b"}


class InvalidArgument(ValueError):
    """A body that does not fit the model; TensorFlow Serving answers 400 with the message."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its arrays by input, and whether they came row by row."""

    signature: str
    arrays: Mapping[str, Array]
    rows: bool


def read_document(body: str) -> dict[str, Any]:
    """The JSON object of a request."""
    try:
        document = json.loads(body)
    except ValueError as error:
        raise InvalidArgument(f"JSON Parse error: {error}") from error
    if not isinstance(document, dict):
        raise InvalidArgument("JSON Value: is not object")
    return document


def signature_of(document: Mapping[str, Any]) -> str:
    """The name of the signature that is asked."""
    return str(document.get("signature_name") or "serving_default")


def read_predict(document: Mapping[str, Any], inputs: Mapping[str, np.dtype[Any]]) -> Asked:
    """The arrays of a predict request; words and bytes are of type object."""
    if ("instances" in document) == ("inputs" in document):
        raise InvalidArgument("the body must have either 'instances' or 'inputs'")
    rows = "instances" in document
    values = _columns(document["instances"], inputs) if rows else document["inputs"]
    named = values if _is_named(values, inputs) else dict.fromkeys(inputs, values)
    if set(named) != set(inputs) or (named is not values and len(inputs) > 1):
        raise InvalidArgument(f"the inputs must be named: {', '.join(sorted(inputs))}")
    arrays = {name: _array(named[name], dtype) for name, dtype in inputs.items()}
    return Asked(signature_of(document), arrays, rows)


def _columns(instances: object, inputs: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Rows with names to a column for each name; rows of one input as they are."""
    if not isinstance(instances, list) or not instances:
        raise InvalidArgument("'instances' must be a list that is not empty")
    if not _is_named(instances[0], inputs):
        return instances
    if any(not isinstance(row, dict) or set(row) != set(instances[0]) for row in instances):
        raise InvalidArgument("every instance must name the same inputs")
    return {name: [row[name] for row in instances] for name in instances[0]}


def _is_named(value: object, inputs: Mapping[str, Any]) -> bool:
    """Whether it is an object of inputs, and no encoded bytes of the only one."""
    return isinstance(value, dict) and ("b64" not in value or "b64" in inputs)


def _array(values: object, dtype: np.dtype[Any]) -> Array:
    if dtype.kind == "O":
        return _words(values)
    try:
        natural = np.array(values)
    except ValueError as error:
        raise InvalidArgument(f"the values are no tensor: {error}") from error
    if natural.dtype.kind not in _FITTING.get(dtype.kind, "") and natural.size:
        raise InvalidArgument(f"JSON Value: {_short(values)} is not of expected type: {dtype.name}")
    return natural.astype(dtype)


def _words(values: object) -> Array:
    """Text and encoded bytes, kept whole whatever their length."""
    decoded = _decoded(values)
    array = np.array(decoded, dtype=object)
    if any(not isinstance(each, bytes) for each in array.ravel()):
        raise InvalidArgument(f"JSON Value: {_short(values)} is not of expected type: string")
    return array


def _decoded(value: object) -> object:
    if isinstance(value, list):
        return [_decoded(each) for each in value]
    if isinstance(value, dict) and set(value) == {"b64"}:
        try:
            return base64.b64decode(value["b64"], validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise InvalidArgument(f"Unable to base64 decode: {error}") from error
    return value.encode() if isinstance(value, str) else value


def _short(values: object) -> str:
    text = json.dumps(values)
    return text if len(text) <= 100 else f"{text[:100]}…"


def write_predict(outputs: Mapping[str, Array], *, rows: bool) -> str:
    """The answer to a predict request."""
    values = {name: plain(array, name) for name, array in outputs.items()}
    if not rows:
        return framed("outputs", values if len(values) > 1 else next(iter(values.values())))
    if len({len(array) if array.ndim else -1 for array in outputs.values()}) != 1:
        raise InvalidArgument("the outputs have not the same number of rows: ask with 'inputs'")
    if len(values) == 1:
        return framed("predictions", next(iter(values.values())))
    names = list(values)
    columns = (values[name] for name in names)
    return framed(
        "predictions", [dict(zip(names, r, strict=True)) for r in zip(*columns, strict=True)]
    )


def plain(array: Array, name: str = "") -> Any:  # noqa: ANN401 - JSON
    """An array as JSON has it; words in an output named `…_bytes` are encoded."""
    if array.dtype.kind in "OS":
        return _plain_words(array.tolist(), encoded=name.endswith("_bytes"))
    if array.dtype.kind == "f" and array.dtype.itemsize < np.dtype(float).itemsize:
        return _shortest(array)
    return array.tolist()


def _shortest(array: Array) -> Any:  # noqa: ANN401 - JSON
    """Numbers of single precision with the digits that tell them apart, and no more."""
    if not array.ndim:
        return float(str(array[()]))
    return [_shortest(each) if isinstance(each, np.ndarray) else float(str(each)) for each in array]


def _plain_words(value: Any, *, encoded: bool) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        return [_plain_words(each, encoded=encoded) for each in value]
    if encoded:
        return {"b64": base64.b64encode(value).decode()}
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def framed(name: str, value: object) -> str:
    """A JSON object of one member, laid out as TensorFlow Serving does."""
    return f'{{\n    "{name}": {json.dumps(value)}\n}}'


def read_examples(
    document: Mapping[str, Any],
) -> list[dict[str, list[bytes] | list[float] | list[int]]]:
    """The features of each example of a classify or regress request, with its context."""
    examples = document.get("examples")
    if not isinstance(examples, list) or not all(isinstance(each, dict) for each in examples):
        raise InvalidArgument("'examples' must be a list of objects")
    context = document.get("context", {})
    return [
        {name: _feature(value) for name, value in {**context, **each}.items()} for each in examples
    ]


def _feature(value: object) -> list[bytes] | list[float] | list[int]:
    values = [_decoded(each) for each in (value if isinstance(value, list) else [value])]
    if all(isinstance(each, bytes) for each in values):
        return values  # type: ignore[return-value] # just looked at
    if any(not isinstance(each, int | float) or isinstance(each, bool) for each in values):
        raise InvalidArgument(f"an example's feature must be numbers or words: {_short(value)}")
    return values  # type: ignore[return-value] # just looked at
