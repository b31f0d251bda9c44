"""tensorflow_model_server, the command of TensorFlow's images: one model, over REST.

It listens where SLIPWAY_PORTS says that its --rest_api_port is; gRPC is not spoken here.
"""

import argparse
import json
import os
import re
import socket
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .. import s3, wire
from .models import Models
from .rest import Rest
from .serving import answered


def main() -> None:
    """Load the model, then answer requests until the process ends."""
    asked = _asked()
    base = _fetched(asked.model_base_path)
    versions = _versions(base)
    if not versions:
        sys.exit(
            f"Could not find base path {asked.model_base_path} for servable {asked.model_name}: it "
            "has no folder named by an integer, as 1/, with saved_model.pb in it"
        )
    models = Models({asked.model_name: versions})
    models.get(asked.model_name)
    host, port = _place(asked.rest_api_port)
    with socket.create_server((host, port), backlog=128) as listener:
        sys.stderr.write(f"Exporting HTTP/REST API at:{host}:{port} ...\n")
        wire.serve(listener, Rest(models, lambda path, body: answered(models, path, body)))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser("tensorflow_model_server", allow_abbrev=False)
    parser.add_argument("--model_name", default="default")
    parser.add_argument("--model_base_path", required=True)
    parser.add_argument("--rest_api_port", type=int, default=8501)
    parser.add_argument("--port", type=int, default=8500)
    return parser.parse_args()


def _fetched(base: str) -> Path:
    """A model's folder on this machine."""
    if not base.startswith("s3://"):
        return Path(base)
    folder = Path(tempfile.mkdtemp(prefix="model-"))
    s3.download(base, folder)
    return folder


def _versions(base: Path) -> Mapping[int, Path]:
    """The folders of a model's versions."""
    found = [path.parent for path in base.glob("*/saved_model.pb")]
    return {int(path.name): path for path in found if re.fullmatch(r"\d+", path.name)}


def _place(port: int) -> tuple[str, int]:
    places: Mapping[str, tuple[str, int]] = json.loads(os.environ.get("SLIPWAY_PORTS", "{}"))
    host, number = places.get(str(port), ("127.0.0.1", port))
    return host, number
