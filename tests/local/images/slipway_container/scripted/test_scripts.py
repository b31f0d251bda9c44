"""A user's script, and what its functions may answer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from slipway_local.images.slipway_container.failures import ContainerMisconfigured
from slipway_local.images.slipway_container.messages import Request
from slipway_local.images.slipway_container.scripted import scikit_learn
from slipway_local.images.slipway_container.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slipway_local.images.slipway_container.messages import Response

    Ask = Callable[..., Response]


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Callable[..., Ask]]:
    """Load a script in this process; what comes back asks it."""
    path, modules = [*sys.path], {*sys.modules}

    def load(code: str, **variables: str) -> Ask:
        (tmp_path / "user_script.py").write_text(code)
        own = {"SLIPWAY_CODE_FOLDER": str(tmp_path), "SAGEMAKER_PROGRAM": "user_script.py"}
        application = scikit_learn.application(Settings(tmp_path, own | variables))
        application.load()

        def ask(body: bytes = b"[[1, 2]]", **headers: str) -> Response:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return application.invoke(Request("POST", "/invocations", named, body))

        return ask

    yield load
    sys.path[:] = path
    for name in {*sys.modules} - modules:
        del sys.modules[name]


DOUBLES = """
class Model:
    def predict(self, data): return data * 2
def model_fn(model_dir): return Model()
"""


def test_the_containers_defaults_fill_in(script: Callable[..., Ask]) -> None:
    ask = script(DOUBLES)
    reply = ask(content_type="application/json")
    assert (reply.body, reply.content_type) == (b"[[2.0, 4.0]]", "application/json")
    assert ask().body == b"[[2.0, 4.0]]"  # json where the request does not say
    reply = ask(b"1,2\n3,4", content_type="text/csv", accept="text/csv")
    assert (reply.body, reply.content_type) == (b"2.0,4.0\n6.0,8.0\n", "text/csv; charset=utf-8")


def test_the_container_may_be_given_another_default(script: Callable[..., Ask]) -> None:
    ask = script(DOUBLES, SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="text/csv")
    assert ask(accept="*/*").body == b"2.0,4.0\n"
    assert ask(accept="application/json").body == b"[[2.0, 4.0]]"


def test_a_single_csv_row_is_a_row_only_where_models_are_many(script: Callable[..., Ask]) -> None:
    assert script(DOUBLES)(b"1,2", content_type="text/csv").body == b"[2.0, 4.0]"
    ask = script(DOUBLES, SAGEMAKER_MULTI_MODEL="true")
    assert ask(b"1,2", content_type="text/csv").body == b"[[2.0, 4.0]]"


@pytest.mark.parametrize(
    ("answer", "body", "content_type"),
    [
        ("'text'", b"text", "text/html; charset=utf-8"),
        ("b'bytes', 'image/png'", b"bytes", "image/png"),
        ("'a,b', 'text/csv'", b"a,b", "text/csv; charset=utf-8"),
        ("{'a': 1}", b'{"a": 1}', "application/json"),
        ("[1]", b"[1]", "application/json"),
        ("worker.Response('x', mimetype='text/csv')", b"x", "text/csv; charset=utf-8"),
        ("worker.Response(encoders.encode([1], accept), accept)", b"[1]", "application/json"),
    ],
)
def test_what_a_transform_fn_may_answer(
    script: Callable[..., Ask], answer: str, body: bytes, content_type: str
) -> None:
    ask = script(
        "from sagemaker_containers.beta.framework import encoders, worker\n"
        "def model_fn(model_dir): return None\n"
        f"def transform_fn(model, data, content_type, accept): return {answer}\n"
    )
    reply = ask()
    assert (reply.body, reply.content_type) == (body, content_type)


def test_the_inference_toolkit_can_be_imported(script: Callable[..., Ask]) -> None:
    ask = script(
        "from sagemaker_inference import content_types, decoder, encoder, errors\n"
        "def model_fn(model_dir): return None\n"
        "def input_fn(data, kind): return decoder.decode(data, content_types.CSV)\n"
        "def predict_fn(data, model): return data + 1\n"
        "def output_fn(data, accept): return encoder.encode(data, content_types.JSON)\n"
    )
    assert ask(b"1,2", content_type="text/csv").body == b"[2.0, 3.0]"


def test_a_response_may_have_a_status(script: Callable[..., Ask]) -> None:
    ask = script(
        "from sagemaker_containers.beta.framework import worker\n"
        "def model_fn(model_dir): return None\n"
        "def transform_fn(*_): return worker.Response('busy', status=503)\n"
    )
    assert ask().status == 503


@pytest.mark.parametrize("answer", ["None", "1.5", "object()"])
def test_what_is_no_answer_is_an_error(script: Callable[..., Ask], answer: str) -> None:
    ask = script(f"def model_fn(d): return 0\ndef transform_fn(*_): return {answer}\n")
    with pytest.raises(TypeError, match="text or bytes"):
        ask()


def test_without_a_program_there_is_no_model(script: Callable[..., Ask]) -> None:
    with pytest.raises(ContainerMisconfigured, match="no default model_fn"):
        script(DOUBLES, SAGEMAKER_PROGRAM="")
