"""A container of one's own: it loads words.txt and counts how often each is in a request.

SageMaker asks for two paths on the port that SAGEMAKER_BIND_TO_PORT names, or 8080: GET /ping, and
POST /invocations. Any program in any language that answers them will do.
"""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MODEL = Path(os.environ.get("SM_MODEL_DIR", "/opt/ml/model"))
PORT = int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))
WORDS = (MODEL / "words.txt").read_text().split()


class Handler(BaseHTTPRequestHandler):
    """The container contract."""

    def do_GET(self) -> None:
        """Be well as soon as there is somebody to ask."""
        self.answer(200 if self.path == "/ping" else 404, {})

    def do_POST(self) -> None:
        """Count."""
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode().split()
        self.answer(200, {word: asked.count(word) for word in WORDS})

    def answer(self, status: int, document: object) -> None:
        """A document as JSON."""
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", PORT), Handler).serve_forever()  # noqa: S104 - in a container
