"""Service errors, translated once into domain.errors. SageMaker tells most of them apart by their
message alone, so every message match of the project is in this file."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches

from botocore import exceptions
from botocore.exceptions import ClientError

from slipway.domain.blame import is_the_accounts
from slipway.domain.errors import (
    AccountFault,
    Busy,
    NotYetVisible,
    Refused,
    Throttled,
    Unanswered,
)

THROTTLES = frozenset(
    {
        "ConcurrentUpdateException",
        "ModelNotReadyException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
UNSEEN = ("could not find endpoint configuration", "could not find model ")
REFUSALS = frozenset({"ObjectNotFoundException", "ResourceNotFound", "ValidationException"})
NOT_LISTED = re.compile(
    r"Value '(?P<value>[^']*)' at '(?P<field>[^']*)' failed to satisfy constraint: "
    r"Member must satisfy enum value set: \[(?P<known>[^\]]*)\]"
)
STARTED = "ExecutionAlreadyExists"
NO_OBJECT = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})
DENIALS = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "FailedResourceAccessException",
        "LimitExceededException",
        "ResourceLimitExceeded",
    }
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise the errors of domain.errors instead of the SDK's.

    What is nobody's to retry and no answer about anything stays as it is.
    """
    try:
        yield
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        raise Unanswered(str(error)) from error
    except ClientError as error:
        raise translation(error) from error


def translation(error: ClientError) -> Exception:
    """The domain's error for a service error; the error itself where the domain has none."""
    code, message = code_of(error), message_of(error)
    if code in THROTTLES:
        return Throttled(f"{code}: {message}")
    if status_of(error) >= 500:
        return Unanswered(f"{code}: {message}")
    if any(unseen in message.lower() for unseen in UNSEEN):
        # For some seconds after CreateEndpointConfig its readers may not see it; and what somebody
        # deleted is made again when the step is.
        return NotYetVisible(message)
    if code == "ValidationError" and "not found" in message.lower():
        # The runtime's word for an endpoint that it does not serve, or not yet.
        return NotYetVisible(message)
    if code in ("ResourceInUse", "ConflictException") or "in-progress" in message.lower():
        return Busy(message)
    if code in DENIALS or (code in REFUSALS and is_the_accounts(message)):
        return AccountFault(message)
    return Refused(NOT_LISTED.sub(_unlisted, message)) if code in REFUSALS else error


def _unlisted(found: re.Match[str]) -> str:
    """What is none of some hundred values, without the hundred."""
    alike = get_close_matches(found["value"], found["known"].split(", "))
    remedy = f"; give one such as {', '.join(alike)}" if alike else ""
    return f"{found['field']}: SageMaker does not take {found['value']!r} there{remedy}"


def is_absent(error: ClientError) -> bool:
    """SageMaker's "not found", which it mostly calls a ValidationException."""
    message = message_of(error).lower()
    absent = "could not find" in message or "does not exist" in message
    code = code_of(error)
    return code == "ResourceNotFound" or (code == "ValidationException" and absent)


def is_no_object(error: ClientError) -> bool:
    """S3's ways to say that there is no such object, or no such version of it."""
    return code_of(error) in NO_OBJECT


@contextmanager
def unless_gone() -> Iterator[None]:
    """Deletes what may be gone already."""
    try:
        yield
    except ClientError as error:
        if not is_absent(error):
            raise


@contextmanager
def unless_present() -> Iterator[None]:
    """Makes what may be there already."""
    try:
        yield
    except ClientError as error:
        if not is_present(error):
            raise


@contextmanager
def unless(code: str) -> Iterator[None]:
    """Goes on where the service answers with the code."""
    try:
        yield
    except ClientError as error:
        if code_of(error) != code:
            raise


def is_present(error: ClientError) -> bool:
    """SageMaker's "already exists", which it calls a ValidationException."""
    message = message_of(error).lower()
    return "already exist" in message


def is_of_the_model(error: ClientError) -> bool:
    """Whether an endpoint could not answer: its model failed, or its container is gone."""
    code = code_of(error)
    return code in ("ModelError", "ServiceUnavailable") or (
        code == "InternalFailure" and status_of(error) >= 500
    )


def status_of(error: ClientError) -> int:
    """The HTTP status; 0 where the SDK made the error up."""
    return error.response["ResponseMetadata"].get("HTTPStatusCode", 0)


def code_of(error: ClientError) -> str:
    return error.response["Error"].get("Code", "")


def message_of(error: ClientError) -> str:
    return error.response["Error"].get("Message", "")
