import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from slipway.adapters.faults import is_absent, is_present, translated, translation
from slipway.domain.errors import (
    AccountFault,
    Busy,
    NotYetVisible,
    Refused,
    Throttled,
    Unanswered,
)


def error(code: str, message: str = "", status: int = 400) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},  # type: ignore[typeddict-item]
        },
        "Operation",
    )


@pytest.mark.parametrize(
    ("code", "message", "status", "meaning"),
    [
        ("ThrottlingException", "Rate exceeded", 400, Throttled),
        ("ProvisionedThroughputExceededException", "", 400, Throttled),
        ("SlowDown", "", 503, Throttled),
        ("ValidationError", "Endpoint h of account 1 not found.", 400, NotYetVisible),
        ("InternalFailure", "", 500, Unanswered),
        (
            "ValidationException",
            'Could not find endpoint configuration "arn:aws:sagemaker:…:endpoint-config/c".',
            400,
            NotYetVisible,
        ),
        (
            "ValidationException",
            'Cannot update in-progress endpoint "arn:aws:sagemaker:…:endpoint/e".',
            400,
            Busy,
        ),
        ("ResourceInUse", "", 400, Busy),
        ("ConflictException", "Model package group is being changed", 409, Busy),
        ("ResourceLimitExceeded", "The account-level service limit …", 400, AccountFault),
        ("ValidationException", "Could not assume role arn:aws:iam::1:role/m.", 400, AccountFault),
        (
            "ValidationException",
            "The repository of your image does not grant ecr:BatchGetImage to the service.",
            400,
            AccountFault,
        ),
        ("AccessDeniedException", "not authorized", 400, AccountFault),
        ("AccessDenied", "User x is not authorized to perform: kms:Decrypt", 403, AccountFault),
        ("ValidationException", "The variant names differ.", 400, Refused),
    ],
)
def test_a_code_or_message_has_one_meaning(
    code: str, message: str, status: int, meaning: type[Exception]
) -> None:
    assert type(translation(error(code, message, status))) is meaning


def test_what_is_none_of_many_values_is_told_without_them() -> None:
    values = ", ".join(f"ml.m{number}.large" for number in range(300))
    message = (
        "1 validation error detected: Value 'ml.c5.large' at 'transformResources.instanceType' "
        "failed to satisfy constraint: Member must satisfy enum value set: "
        f"[{values}, ml.c5.xlarge, ml.c5.9xlarge]"
    )
    assert str(translation(error("ValidationException", message))) == (
        "1 validation error detected: transformResources.instanceType: SageMaker does not take "
        "'ml.c5.large' there; give one such as ml.c5.xlarge, ml.c5.9xlarge, ml.m5.large"
    )


def test_what_says_nothing_stays_what_it_is() -> None:
    odd = error("ExpiredTokenException", "expired")
    assert translation(odd) is odd


@pytest.mark.parametrize("lost", [ConnectTimeoutError, ReadTimeoutError])
def test_a_connection_that_failed_may_be_tried_again(lost: type[Exception]) -> None:
    with pytest.raises(Unanswered), translated():
        raise lost(endpoint_url="https://sagemaker")  # type: ignore[call-arg]


def test_not_found_and_already_there_are_told_apart_by_message() -> None:
    gone = error("ValidationException", 'Could not find endpoint "arn".')
    there = error("ValidationException", 'Cannot create already existing endpoint "arn".')
    assert (is_absent(gone), is_present(gone)) == (True, False)
    assert (is_absent(there), is_present(there)) == (False, True)
