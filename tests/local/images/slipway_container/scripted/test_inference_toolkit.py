"""Scripts of the PyTorch and Hugging Face images, with defaults that need neither."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from slipway_local.images.slipway_container.failures import ContainerMisconfigured
from slipway_local.images.slipway_container.formats import UnsupportedFormatError
from slipway_local.images.slipway_container.scripted.inference_toolkit import (
    ToolkitApplication,
    as_model_server,
    encode,
    plainly,
)
from slipway_local.images.slipway_container.scripted.toolkits import ToolkitTransformer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slipway_local.images.slipway_container.settings import Settings

    from tests.local.images.conftest import Inside


class Sums:
    """A model that adds up what it is sent."""

    def model_fn(self, folder: str) -> list[str]:
        return [folder]

    def input_fn(self, content: str | bytes, content_type: str) -> Any:  # noqa: ANN401
        if content_type != "application/json":
            raise UnsupportedFormatError(content_type)
        return json.loads(content)

    def predict_fn(self, data: Any, model: Any) -> Any:  # noqa: ANN401
        assert len(model) == 1
        return sum(data)

    def output_fn(self, prediction: Any, accept: str) -> Any:  # noqa: ANN401
        return {"sum": prediction, "accept": accept}


@pytest.fixture
def run(
    inside: Callable[..., Inside], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Inside]]:
    """Serve with a script, or without."""
    code = tmp_path / "opt/ml/model/code"
    monkeypatch.setattr(sys, "path", [*sys.path])
    usual = staticmethod(ToolkitTransformer.handle_error)
    monkeypatch.setattr(ToolkitTransformer, "handle_error", usual)
    modules = set(sys.modules)

    def load(script: str | None = None, *, hugging: bool = False) -> Inside:
        def application(settings: Settings) -> ToolkitApplication:
            return ToolkitApplication(settings, Sums(), as_model_server if hugging else plainly)

        files = {"code/inference.py": script.encode()} if script else {}
        named = {"SAGEMAKER_PROGRAM": "inference.py"} if script else {}
        return inside(application, files, SLIPWAY_CODE_FOLDER=str(code), **named)

    yield load
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def test_without_a_script_the_defaults_serve(run: Callable[..., Inside]) -> None:
    answer = run().ask(b"[1, 2]", None, "text/csv")
    assert json.loads(answer.body) == {"sum": 3, "accept": "text/csv"}
    assert answer.content_type == "text/csv"


def test_a_script_replaces_what_it_has_and_may_take_the_context(run: Callable[..., Inside]) -> None:
    served = run(
        "def predict_fn(data, model, context):\n"
        "    return [max(data), context.system_properties['model_dir'] == model[0]]\n"
    )
    assert json.loads(served.ask(b"[1, 2]", "application/json").body)["sum"] == [2, True]


def test_transform_fn_alone(run: Callable[..., Inside]) -> None:
    served = run(
        "def transform_fn(model, data, content_type, accept, context):\n"
        "    return data[::-1], 'text/plain'\n"
    )
    answer = served.ask(b"abc", "application/octet-stream")
    assert (answer.body, answer.content_type) == (b"cba", "text/plain")


def test_a_script_may_prepare_and_warm_up(run: Callable[..., Inside]) -> None:
    served = run(
        "def pre_model_fn(model_dir): global before; before = model_dir\n"
        "def model_fn(model_dir): assert before == model_dir; return []\n"
        "def model_warmup_fn(model_dir, model): model.append('warm')\n"
        "def predict_fn(data, model): return model\n"
    )
    assert json.loads(served.ask(b"[]", "application/json").body)["sum"] == ["warm"]


def test_a_script_may_answer_errors_itself(run: Callable[..., Inside]) -> None:
    served = run(
        "from sagemaker_inference.transformer import Transformer\n"
        "def answer(context, error, trace):\n"
        "    context.set_response_status(code=418, phrase='x')\n"
        "    context.set_response_content_type(0, 'application/json')\n"
        "    return ['{}']\n"
        "Transformer.handle_error = staticmethod(answer)\n"
    )
    failed = served.ask(b"[1, null]", "application/json")
    assert (failed.status, failed.content_type, failed.body) == (418, "application/json", b"{}")


def test_transform_fn_with_others_is_refused(run: Callable[..., Inside]) -> None:
    with pytest.raises(ContainerMisconfigured, match="Cannot use transform_fn"):
        run("def transform_fn(m, d, c, a): pass\ndef input_fn(d, c): pass\n")


def test_errors_carry_their_message(run: Callable[..., Inside]) -> None:
    served = run()
    refused = served.ask(b"[1, 2]", "image/png")
    assert refused.status == 500  # a type that no default knows has no status of its own
    assert b"Content type image/png is not supported" in refused.body
    failed = served.ask(b"[1, null]", "application/json")
    assert (failed.status, failed.content_type) == (500, "text/plain")
    assert b"unsupported operand" in failed.body
    assert b"Traceback" in failed.body


def test_flask_sends_a_charset(inside: Callable[..., Inside]) -> None:
    def application(settings: Settings) -> ToolkitApplication:
        return ToolkitApplication(settings, Sums(), plainly, context=False)

    answer = inside(application, {}).ask(b"[1, 2]", None, "text/csv")
    assert answer.content_type == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "body"),
    [
        ("image/png, text/csv", b"1.0,x,y\n"),
        ("application/json,text/csv", b'[["1.0", "x,y"]]'),
    ],
)
def test_the_first_accepted_type_that_is_known(accept: str, body: bytes) -> None:
    assert encode([["1.0", "x,y"]], accept) == body


def test_what_cannot_be_encoded() -> None:
    with pytest.raises(UnsupportedFormatError, match="image/png,text/csv"):
        encode([1], "image/png,text/csv", known=("application/json",))
    with pytest.raises(ValueError, match="Expected 1D or 2D array"):
        encode([[[1]]], "text/csv")


def test_hugging_face_answers_400(run: Callable[..., Inside]) -> None:
    failed = run(hugging=True).ask(b"[1, null]", "application/json")
    assert failed.status == 400
    assert json.loads(failed.body) == {
        "code": 400,
        "type": "InternalServerException",
        "message": "unsupported operand type(s) for +: 'int' and 'NoneType'",
    }
