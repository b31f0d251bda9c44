"""Handlers of a script for TensorFlow, with an answering function in TensorFlow Serving's place."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from slipway_local.images.slipway_container.failures import ContainerMisconfigured
from slipway_local.images.slipway_container.messages import Request, Response
from slipway_local.images.slipway_container.tensorflow.handlers import (
    Answer,
    Context,
    Handlers,
    handlers_in,
    handlers_of,
    unread,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

JSON = "application/json"


def request(body: bytes = b"", **headers: str) -> Request:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("POST", "/invocations", given, body)


def echo(path: str, body: str) -> Answer:
    """Says what was posted; 404 for the model `none`."""
    return Answer(404 if "/none:" in path else 200, json.dumps([path, body]))


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Handlers]]:
    """The handlers of a script."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    modules = set(sys.modules)

    def write(source: str) -> Handlers:
        script = tmp_path / "inference.py"
        script.write_text(source)
        return handlers_of(script, echo)

    yield write
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def ask(handlers: Handlers, asked: Request) -> Response:
    return handlers.answer(asked, Context.of(asked, {}, "line"))


def test_what_the_caller_did_not_say_is_not_in_the_context() -> None:
    plain = Context.of(request(b"ab"), {}, "line")
    assert plain[:4] == (None, None, None, "/v1/models/line:predict")
    assert plain[7:] == (JSON, JSON, 2)
    named = {"tfs-model-name": "two", "tfs-model-version": "3", "tfs-method": "regress"}
    told = Context.of(request(content_type="text/csv", accept="*/*"), named, "line")
    assert told[:4] == ("two", "3", "regress", "/v1/models/two/versions/3:regress")
    assert told[7:9] == ("text/csv", "*/*")


def test_input_and_output_handler(load: Callable[[str], Handlers]) -> None:
    handlers = load(
        "def input_handler(data, context): return data.read().decode().upper()\n"
        "def output_handler(response, context): return response.content, context.accept_header\n"
    )
    answer = ask(handlers, request(b"ab", accept="text/plain"))
    assert (answer.status, answer.content_type) == (200, "text/plain")
    assert json.loads(answer.body) == ["/v1/models/line:predict", "AB"]


@pytest.mark.parametrize(
    ("returned", "status", "body"),
    [
        ("'a', None", 200, b"a"),
        ("b'a', ''", 200, b"a"),
        ("{'a': 1}, 'text/plain'", 500, b'{"error": '),
        ("'a'", 500, b'{"error": '),
    ],
)
def test_what_a_handler_may_return(
    load: Callable[[str], Handlers], returned: str, status: int, body: bytes
) -> None:
    answer = ask(load(f"def handler(data, context): return {returned}\n"), request())
    assert (answer.status, answer.content_type) == (status, JSON)
    assert answer.body.startswith(body)


def test_half_of_the_handlers_is_refused(load: Callable[[str], Handlers]) -> None:
    with pytest.raises(ContainerMisconfigured, match="neither handler nor both"):
        load("def input_handler(data, context): pass\n")


def test_python_answers_where_code_has_packages_or_models_are_several(tmp_path: Path) -> None:
    assert handlers_in(tmp_path, echo, several=False) is None
    assert handlers_in(tmp_path, echo, several=True)
    (tmp_path / "requirements.txt").touch()
    assert handlers_in(tmp_path, echo, several=False)


def test_one_of_several_models_is_passed_what_came() -> None:
    answer = ask(unread(echo), request(b"1,2", content_type="text/csv"))
    assert (answer.status, answer.content_type) == (200, JSON)
    assert json.loads(answer.body) == ["/v1/models/line:predict", "1,2"]
    asked = request(b"1", accept="text/csv")
    missing = unread(echo).answer(asked, Context.of(asked, {}, "none"))
    assert (missing.status, missing.content_type) == (200, "text/csv")  # as on AWS
