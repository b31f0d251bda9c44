from dataclasses import replace

import pytest
from slipway.domain.desired import Artifact, Desired, Policy, Uploads
from slipway.domain.news import MOST_ARRIVED, arriving, is_news, newer

OLD = Artifact("b", "models/h/model.tar.gz", "v1", 100.0, 10)
NEW = replace(OLD, version_id="v2", uploaded_at=200.0)
ELSEWHERE = Artifact("b", "models/h/run-2/model.tar.gz", "w1", 150.0, 10)
DATA = Artifact("b", "models/h/baseline.csv", "d1", 50.0, 10)


@pytest.mark.parametrize(
    ("found", "known", "expected"),
    [
        (NEW, OLD, True),
        (OLD, NEW, False),
        (OLD, OLD, False),
        (replace(OLD, uploaded_at=300.0), OLD, False),  # the same, and now an event told of it
        (OLD, None, True),
        (None, OLD, False),
        (ELSEWHERE, OLD, True),
        (ELSEWHERE, NEW, False),
        (replace(OLD, version_id="v2"), OLD, True),  # two uploads within S3's one second
        (replace(ELSEWHERE, uploaded_at=100.0), OLD, True),
        (OLD, replace(ELSEWHERE, uploaded_at=100.0), False),
    ],
)
def test_only_a_later_upload_is_newer(
    found: Artifact | None, known: Artifact | None, expected: bool
) -> None:
    assert newer(found, known) is expected


def test_of_each_key_the_version_is_kept_that_was_finished_last() -> None:
    assert arriving((), OLD) == (OLD,)
    assert arriving((OLD,), NEW) == (NEW,)
    assert arriving((NEW,), OLD) == (NEW,)
    assert arriving((NEW,), ELSEWHERE) == (ELSEWHERE, NEW)


def test_of_many_keys_those_finished_last_are_kept() -> None:
    arrived: tuple[Artifact, ...] = ()
    for number in range(MOST_ARRIVED + 1):
        arrived = arriving(arrived, replace(OLD, key=f"models/h/{number}.tar.gz"))
    arrived = arriving(arrived, replace(OLD, key="models/h/early.tar.gz", uploaded_at=1.0))
    assert len(arrived) == MOST_ARRIVED
    assert OLD.uploaded_at == min(each.uploaded_at for each in arrived)


def desired(artifact: Artifact | None, manifest: str | None) -> Desired:
    return Desired("h", 1, {"": artifact} if artifact else {}, Policy(), manifest)


@pytest.mark.parametrize(
    ("uploads", "known", "expected"),
    [
        (Uploads({}, None), None, False),
        (Uploads({"": OLD}, None), None, True),
        (Uploads({}, "m1"), None, True),
        (Uploads({"": OLD}, "m1"), desired(OLD, "m1"), False),
        (Uploads({"": NEW}, "m1"), desired(OLD, "m1"), True),
        (Uploads({"": OLD}, "m2"), desired(OLD, "m1"), True),
        (Uploads({"": OLD}, None), desired(OLD, "m1"), False),
        (Uploads({}, None), desired(OLD, "m1"), False),
        (Uploads({}, None, DATA), None, True),
        (Uploads({"": OLD}, "m1", DATA), desired(OLD, "m1"), True),
        (Uploads({"": OLD}, "m1", DATA), replace(desired(OLD, "m1"), baseline=DATA), False),
        (Uploads({"": OLD}, "m1"), replace(desired(OLD, "m1"), baseline=DATA), False),
        (Uploads({"": OLD}, "m1"), desired(NEW, "m1"), False),
    ],
)
def test_an_upload_is_news_and_a_deletion_is_not(
    uploads: Uploads, known: Desired | None, expected: bool
) -> None:
    assert is_news(uploads, known) is expected
