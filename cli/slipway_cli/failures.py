"""What can go wrong at the prompt: one line, one remedy, one exit code, never a traceback.

exit  0  done                          3  the cloud is not reachable, not deployed or says no
      1  refused, held, failed         4  still under way when the time was up
      2  the command or a file of it   130  interrupted
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)
from rich.markup import escape
from slipway.domain.errors import AccountFault, InvalidInput, SlipwayError

from slipway_cli.screen import err


class Exit(IntEnum):
    """What the shell is told."""

    REFUSED = 1
    USAGE = 2
    CLOUD = 3
    LATE = 4
    INTERRUPTED = 130


class Problem(Exception):
    """What happened, what helps, and the exit code."""

    def __init__(self, message: str, remedy: str = "", code: Exit = Exit.CLOUD) -> None:
        self.message, self.remedy, self.code = message, remedy, code
        super().__init__(message)


@contextmanager
def told() -> Iterator[None]:
    """Print the problem that ends the block, and exit."""
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(Exit.INTERRUPTED) from None
    except BrokenPipeError:
        raise
    except (Problem, BotoCoreError, ClientError, SlipwayError, OSError) as error:
        problem = error if isinstance(error, Problem) else explained(error)
        report(problem)
        raise typer.Exit(problem.code) from None


def report(problem: Problem) -> None:
    """Print what happened, and below it what helps."""
    console = err()
    console.print(f"[bold red]slipway:[/] {escape(problem.message)}", soft_wrap=True)
    if problem.remedy:
        console.print(f"  {escape(problem.remedy)}", soft_wrap=True)


def explained(error: Exception) -> Problem:
    """The problem that an error of the SDK, the domain or the system amounts to."""
    match error:
        case InvalidInput():
            return Problem(str(error), code=Exit.USAGE)
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            return Problem(f"{where}{(error.strerror or str(error)).lower()}", code=Exit.USAGE)
        case NoCredentialsError() | NoRegionError() | ProfileNotFound():
            return Problem(
                str(error).rstrip("."),
                "Configure AWS (`aws configure`, AWS_PROFILE), or start the embedded cloud with "
                "`slipway up`.",
            )
        case HTTPClientError() | EndpointConnectionError():
            return Problem(
                str(error), "Is the cloud running, and AWS_ENDPOINT_URL what you want it to be?"
            )
        case ClientError():
            return _denied(error)
        case AccountFault(__cause__=ClientError() as denied):
            return _denied(denied)
        case _:
            return Problem(str(error))


def _denied(error: ClientError) -> Problem:
    answer = error.response["Error"]
    code, message = answer.get("Code", ""), answer.get("Message", "")
    remedy = ""
    if "AccessDenied" in code:
        remedy = "docs/operating.md lists what each command needs."
    elif "Token" in code or "Signature" in code or code == "UnrecognizedClientException":
        remedy = "The credentials are not those of this cloud, or they have expired."
    return Problem(f"{error.operation_name}: {code}: {message}", remedy)
