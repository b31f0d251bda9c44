"""A user's code/inference.py for TensorFlow: input_handler and output_handler, or handler alone.

The three functions and their context are those of sagemaker-tensorflow-serving-container's
python_service.py, as AWS's deep learning containers have it today. `handler` posts to
`context.rest_uri` by itself, so that is a real address.
"""

import http.server
import importlib
import io
import json
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ..failures import ContainerMisconfigured
from ..messages import JSON, Request, Response
from .requests import ATTRIBUTES, address_of


class Context(NamedTuple):
    """What a handler is told of its request; grpc_port and channel are never set here.

    The model's name and the method are None where the caller named none; rest_uri has them.
    """

    model_name: str | None
    model_version: str | None
    method: str | None
    rest_uri: str
    grpc_port: str | None
    channel: None
    custom_attributes: str | None
    request_content_type: str
    accept_header: str
    content_length: int

    @classmethod
    def of(cls, request: Request, attributes: Mapping[str, str], default: str) -> "Context":
        """The context of a request."""
        return cls(
            attributes.get("tfs-model-name"),
            attributes.get("tfs-model-version"),
            attributes.get("tfs-method"),
            address_of(attributes, default),
            None,
            None,
            request.headers.get(ATTRIBUTES),
            request.content_type or JSON,
            request.headers.get("accept") or JSON,
            len(request.body),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """TensorFlow Serving's answer, with the names of `requests.Response`, as scripts read it."""

    status_code: int
    text: str

    @property
    def content(self) -> bytes:
        """The body."""
        return self.text.encode()

    @property
    def ok(self) -> bool:
        """Whether it is no error."""
        return self.status_code < 400

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """The body's JSON."""
        return json.loads(self.text)


Post = Callable[[str, str], Answer]


@dataclass(frozen=True, slots=True)
class Handlers:
    """The functions of a script."""

    call: Callable[[io.BytesIO, Context], tuple[str | bytes, str | None]]

    def answer(self, request: Request, context: Context) -> Response:
        """The script's answer; 500 with its message where it raises."""
        try:
            body, kind = self.call(io.BytesIO(request.body), context)
            content = body.encode() if isinstance(body, str) else bytes(body)
        except Exception as error:  # noqa: BLE001 - a script may raise anything
            traceback.print_exc()
            return Response(500, json.dumps({"error": str(error)}).encode())
        return Response(200, content, kind or JSON)


def handlers_in(code: Path, post: Post, *, several: bool) -> Handlers | None:
    """What Python there answers; None where requests are the server's own to read.

    Without a script Python answers where code/ brings packages, and for one of several models.
    """
    script = code / "inference.py"
    if script.is_file():
        return handlers_of(script, post)
    packages = (code / "requirements.txt").exists() or (code / "lib").exists()
    return unread(post) if several or packages else None


def unread(post: Post) -> Handlers:
    """The body to TensorFlow Serving as it is, whatever its type; the answer as it is, with 200."""
    return Handlers(
        lambda data, context: (
            post(context.rest_uri, data.read().decode()).text,
            context.accept_header,
        )
    )


def handlers_of(script: Path, post: Post) -> Handlers:
    """Import a script; ContainerMisconfigured where it has no handlers."""
    sys.path[:0] = [str(script.parent), str(script.parent / "lib")]
    module = importlib.import_module(script.stem)
    handler = getattr(module, "handler", None)
    if handler:
        address = _serve_rest(post)
        return Handlers(lambda data, c: handler(data, c._replace(rest_uri=address + c.rest_uri)))
    before, after = (getattr(module, f"{name}_handler", None) for name in ("input", "output"))
    if not before or not after:
        raise ContainerMisconfigured(
            "code/inference.py has neither handler nor both input_handler and output_handler"
        )
    return Handlers(
        lambda data, context: after(post(context.rest_uri, _text(before(data, context))), context)
    )


def _text(body: str | bytes) -> str:
    return body if isinstance(body, str) else body.decode()


def _serve_rest(post: Post) -> str:
    """Answer TensorFlow Serving's REST paths on loopback in a thread; the address."""

    class Rest(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = post(self.path, body.decode())
            self.send_response(answer.status_code)
            self.send_header("Content-Type", JSON)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            """Nothing: the request of the caller is in the log."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Rest)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
