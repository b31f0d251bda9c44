"""Requests to sagemaker-tensorflow-serving-container as it passes them to TensorFlow Serving.

Follows its tensorflowServing.js, in what it overlooks too: a content type with parameters is not
known, and only the first comma of a quoted CSV row is split.
"""

import re
from collections.abc import Callable, Mapping

from ..messages import CSV, JSON

ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"

_JSON_LINES = "application/jsonlines"
_JSON_TYPES = (JSON, _JSON_LINES, "application/jsons")


_PATH = re.compile(r"/v1/models/([^/:]+)(?:/versions/(\d+))?:(classify|regress|predict)")


class UnsupportedMediaType(Exception):
    """A content type that the container does not know."""


def custom_attributes(headers: Mapping[str, str]) -> dict[str, str]:
    """The header's `tfs-…=…` pairs."""
    pairs = re.findall(r"(tfs-[a-z\-]+)=([^,=]+)(?:,|$)", headers.get(ATTRIBUTES, ""))
    return {name: value.strip() for name, value in pairs}


def address_of(attributes: Mapping[str, str], model: str) -> str:
    """TensorFlow Serving's path for a request, to `model` where it names none."""
    name = attributes.get("tfs-model-name", model)
    version = attributes.get("tfs-model-version")
    method = attributes.get("tfs-method", "predict")
    return f"/v1/models/{name}{f'/versions/{version}' if version else ''}:{method}"


def addressed(path: str) -> tuple[str, str | None, str] | None:
    """The model, version and method of a path; None for one that TensorFlow Serving has not."""
    match = _PATH.fullmatch(path)
    return (match[1], match[2], match[3]) if match else None


def serving_body(body: str, content_type: str | None) -> str:
    """The JSON that TensorFlow Serving is sent; raises UnsupportedMediaType."""
    if content_type in _JSON_TYPES:
        return _of_json(body)
    if content_type == CSV:
        return _of_csv(body)
    raise UnsupportedMediaType(f"Unsupported Media Type: {content_type or 'Unknown'}")


def as_accepted(body: str, accept: str | None) -> tuple[str, str]:
    """The answer and its content type: on one line where the caller named a JSON type."""
    types = (accept or "").strip().replace(" ", "", 1).split(",")
    if JSON in types or _JSON_LINES in types:
        return body.replace("\n", ""), types[0]
    return body, JSON


def _of_json(body: str) -> str:
    if re.search(r'"(instances|inputs|examples)"\s*:', body):
        return body
    if re.search(r"[}\]]\s*[\[{]", body):
        return _of_lines(body)
    whole = body if re.match(r"\s*\[\s*\[", body) else f"[{body}]"
    return f'{{"instances":{whole}}}'


def _of_lines(body: str) -> str:
    lines = [line.strip() for line in re.split(r"\r?\n", body.strip())]
    if len(lines) == 1:
        return f'{{"instances":{lines[0]}}}'
    return _instances(lines, str)


def _of_csv(body: str) -> str:
    plain = re.match(r'\s*("|[\d.Ee+\-]+.*)', body)
    return _instances(re.split(r"\r?\n", body.strip()), _row if plain else _row_of_words)


def _instances(lines: list[str], wrap: Callable[[str], str]) -> str:
    return '{"instances":[' + ",".join(wrap(line.strip()) for line in lines if line.strip()) + "]}"


def _row(line: str) -> str:
    return f"[{line}]" if "," in line else line


def _row_of_words(line: str) -> str:
    quoted = '"' + line.replace('"', '\\"', 1).replace(",", '","', 1) + '"'
    return f"[{quoted}]" if "," in line else quoted
