"""`slipway invoke`: one request to a deployment's endpoint."""

import hashlib
import sys
import time
from pathlib import Path
from typing import Annotated, TypedDict

import typer
from botocore.exceptions import ClientError
from slipway.domain.naming import asked_prefix, checked_deployment, member_of
from slipway.domain.world import Kind

from slipway_cli import stack, target
from slipway_cli.failures import Exit, Problem
from slipway_cli.stack import Stack

STDIN = "-"
PAUSE = 0.5  # seconds between two looks


class _Kinds(TypedDict):
    ContentType: str
    Accept: str


def invoke(
    ctx: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    file: Annotated[str, typer.Argument(help="The request's body; - reads it from a pipe.")] = "-",
    content_type: Annotated[str, typer.Option(help="What the body is.")] = "text/csv",
    accept: Annotated[str | None, typer.Option(help="What the reply shall be.")] = None,
    variant: Annotated[
        str | None, typer.Option(help="Ask this variant, whatever the weights.")
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for an asynchronous endpoint.")
    ] = 900.0,
) -> None:
    """Send a request to the endpoint and print its reply, byte for byte. At an asynchronous
    endpoint it is uploaded, and waits in line."""
    body = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
    found = stack.connect(target.of(ctx))
    endpoint, whom = _whom(found, checked_deployment(deployment), variant)
    live = found.ports.endpoints.describe(endpoint)
    kinds: _Kinds = {"ContentType": content_type, "Accept": accept or content_type}
    try:
        if live and live.kind == Kind.ASYNCHRONOUS:
            reply = _in_line(found, deployment, body, kinds, timeout)
        else:
            runtime = found.session.client("sagemaker-runtime")
            asked = runtime.invoke_endpoint(EndpointName=endpoint, Body=body, **kinds, **whom)
            reply = asked["Body"].read()
    except ClientError as error:
        raise _refusal(error, deployment) from error
    sys.stdout.buffer.write(reply)
    sys.stdout.buffer.flush()


def _in_line(found: Stack, deployment: str, body: bytes, kinds: _Kinds, timeout: float) -> bytes:
    """What an asynchronous endpoint answers, once it does. Raises Problem where it does not."""
    key = f"{asked_prefix(deployment)}{hashlib.sha256(body).hexdigest()}"
    found.ports.uploaded.put(key, body)
    sent = found.session.client("sagemaker-runtime").invoke_endpoint_async(
        EndpointName=found.endpoint(deployment),
        InputLocation=f"s3://{found.bucket}/{key}",
        **kinds,
    )
    places = (sent["OutputLocation"], sent["FailureLocation"])
    deadline = time.monotonic() + timeout
    while True:
        output, failure = (_written(found, place) for place in places)
        if output is not None:
            return output
        if failure is not None:
            raise Problem(f"it failed: {failure.decode(errors='replace')}", places[1], Exit.REFUSED)
        if time.monotonic() >= deadline:
            raise Problem(f"no answer yet; it will be at {places[0]}", code=Exit.LATE)
        time.sleep(PAUSE)


def _written(found: Stack, place: str) -> bytes | None:
    written = found.ports.uploaded.written(place.removeprefix(f"s3://{found.bucket}/"))
    return written[1] if written else None


def _whom(found: Stack, deployment: str, variant: str | None) -> tuple[str, dict[str, str]]:
    """The endpoint, and whom of it to ask: of many models the version that is current."""
    whom = {"TargetVariant": variant} if variant else {}
    endpoint = found.endpoint(deployment)
    if not member_of(deployment):
        return endpoint, whom
    live = found.ports.endpoints.describe(endpoint)
    if live is None:
        why = f"`slipway status {deployment}` says why."
        raise Problem(f"no version of {deployment} can be asked yet", why, Exit.REFUSED)
    return endpoint.partition("/")[0], {**whom, "TargetModel": live.config.rpartition("/")[2]}


def _refusal(error: ClientError, deployment: str) -> Exception:
    code = error.response["Error"].get("Code", "")
    message = error.response["Error"].get("Message", "")
    if code == "ModelError":
        status = error.response.get("OriginalStatusCode", "")
        said = error.response.get("OriginalMessage", "") or message
        return Problem(f"the model answered {status}: {said}", code=Exit.REFUSED)
    if code == "ValidationError" or "not found" in message.lower():
        return Problem(message, f"`slipway status {deployment}` says why.", Exit.REFUSED)
    return error
