"""`slipway invoke`: one request to a deployment's endpoint."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import ClientError
from slipway.domain.naming import checked_deployment, member_of

from slipway_cli import stack, target
from slipway_cli.failures import Exit, Problem
from slipway_cli.stack import Stack

STDIN = "-"


def invoke(
    ctx: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    file: Annotated[str, typer.Argument(help="The request's body; - reads it from a pipe.")] = "-",
    content_type: Annotated[str, typer.Option(help="What the body is.")] = "text/csv",
    accept: Annotated[str | None, typer.Option(help="What the reply shall be.")] = None,
    variant: Annotated[
        str | None, typer.Option(help="Ask this variant, whatever the weights.")
    ] = None,
) -> None:
    """Send a request to the endpoint and print its reply, byte for byte."""
    body = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
    found = stack.connect(target.of(ctx))
    endpoint, whom = _whom(found, checked_deployment(deployment), variant)
    try:
        answer = found.session.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=endpoint,
            Body=body,
            ContentType=content_type,
            Accept=accept or content_type,
            **whom,
        )
    except ClientError as error:
        raise _refusal(error, deployment) from error
    sys.stdout.buffer.write(answer["Body"].read())
    sys.stdout.buffer.flush()


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
