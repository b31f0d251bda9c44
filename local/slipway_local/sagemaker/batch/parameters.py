"""How much is sent at a time: what the request says, else what the container does, else defaults.

Source: "Custom Inference Code with Batch Transform".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipway_local.sagemaker.events import shouted
from slipway_local.sagemaker.serving import Server, ServerGone

_MB = 1024 * 1024
_DEFAULTS = {"MaxConcurrentTransforms": 1, "MaxPayloadInMB": 6, "BatchStrategy": "MULTI_RECORD"}
_NAMES = tuple(_DEFAULTS)
_VARIABLES = {
    "MaxConcurrentTransforms": "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS",
    "MaxPayloadInMB": "SAGEMAKER_MAX_PAYLOAD_IN_MB",
    "BatchStrategy": "SAGEMAKER_BATCH_STRATEGY",
}
_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Parameters:
    """What is in force for a job; `payload` in megabytes, 0 for any size."""

    concurrent: int
    payload: int
    strategy: str

    @property
    def single(self) -> bool:
        return self.strategy == "SINGLE_RECORD"

    @property
    def limit(self) -> int:
        """Bytes of one request; 0 for any number."""
        return self.payload * _MB

    def line(self) -> str:
        """As the data log begins."""
        return (
            f"MaxConcurrentTransforms={self.concurrent}, MaxPayloadInMB={self.payload}, "
            f"BatchStrategy={self.strategy}"
        )


def variables(body: Mapping[str, Any]) -> dict[str, str]:
    """What a container's environment says; what the request leaves open is not told."""
    given = {_VARIABLES[name]: str(value) for name, value in _given(body).items()}
    return {"SAGEMAKER_BATCH": "true", **given}


def resolve(body: Mapping[str, Any], server: Server) -> Parameters:
    """What is in force; `server` is the model's first container."""
    found = {**_DEFAULTS, **_told(server), **_given(body)}
    return Parameters(*(found[name] for name in _NAMES))


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    """A MaxConcurrentTransforms of 0 is as good as none."""
    given = {name: body[name] for name in _NAMES if name in body}
    if not given.get("MaxConcurrentTransforms", 1):
        del given["MaxConcurrentTransforms"]
    if "BatchStrategy" in given:
        given["BatchStrategy"] = shouted(given["BatchStrategy"])
    return given


def _told(server: Server) -> dict[str, Any]:
    """What the container's /execution-parameters says, as far as it makes sense."""
    try:
        reply = server.execution_parameters(timeout=_SECONDS)
        told = json.loads(reply.body) if reply.status == 200 else {}
    except (ServerGone, TimeoutError, ValueError):
        return {}
    if not isinstance(told, dict):
        return {}
    return {name: told[name] for name in _NAMES if _sensible(name, told.get(name))}


def _sensible(name: str, value: object) -> bool:
    if name == "BatchStrategy":
        return value in ("MULTI_RECORD", "SINGLE_RECORD")
    return isinstance(value, int) and value >= (name == "MaxConcurrentTransforms")
