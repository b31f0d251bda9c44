"""What is wanted, after what was uploaded and asked for."""

from dataclasses import replace

import pytest
from slipway.domain.desired import Desired
from slipway.domain.errors import InvalidInput
from slipway.domain.released import Release
from slipway.domain.rollout import Plain, Steps
from slipway.domain.wish import Delete, Rollback, Wish
from slipway.looking import has_news
from slipway.nudging import ask
from slipway.release import decide_release

from tests.core.conftest import House

KEY, MANIFEST, BASELINE = (
    f"models/h/{n}" for n in ("model.tar.gz", "slipway.yaml", "baseline.csv")
)
STEPS, PLAIN = b"rollout: {steps: [5]}", b"rollout: all_at_once"


def wanted(house: House) -> Desired:
    """What is wanted once a release has looked."""
    desired = decide_release(house.ports, "h", "one").record.desired
    assert desired is not None
    return desired


def bytes_of(house: House) -> bytes:
    return house.bucket.content(wanted(house).parts[""])


def release(house: House, content: bytes) -> None:
    """Upload, and remember it as released."""
    house.bucket.upload(KEY, content)
    uploads = wanted(house).uploads
    record = house.ports.ledger.load("h")
    made = Release(f"config of {content!r}", 1.0, uploads)
    house.ports.ledger.save(replace(record, releases=record.releases.having(made)))


def say(house: House, wish: Wish) -> None:
    ask(house.ports, "h", wish, "another")


@pytest.fixture
def twice(house: House) -> House:
    """Two releases, the first of them by steps."""
    house.bucket.upload(MANIFEST, STEPS)
    release(house, b"good 1")
    house.bucket.upload(MANIFEST, PLAIN)
    release(house, b"good 2")
    return house


def test_a_rollback_wants_what_was_released_before_with_its_manifest(twice: House) -> None:
    say(twice, Rollback())
    assert bytes_of(twice) == b"good 1"
    assert wanted(twice).policy.rollout == Steps((5,))
    assert not has_news(twice.ports, twice.ports.ledger.load("h"))


def test_at_once_is_at_once(twice: House) -> None:
    say(twice, Rollback(now=True))
    assert wanted(twice).policy.rollout == Plain.ALL_AT_ONCE


def test_what_was_rolled_back_from_is_not_brought_back_by_a_manifest(twice: House) -> None:
    say(twice, Rollback())
    assert bytes_of(twice) == b"good 1"
    twice.bucket.upload(MANIFEST, b"approval: manual")
    assert bytes_of(twice) == b"good 1"
    assert wanted(twice).policy.approval == "manual"
    twice.bucket.upload(BASELINE, b"rows 1")
    assert bytes_of(twice) == b"good 1"
    assert wanted(twice).baseline is not None


def test_a_newer_upload_takes_its_place(twice: House) -> None:
    say(twice, Rollback())
    assert bytes_of(twice) == b"good 1"
    twice.bucket.upload(KEY, b"good 3")
    assert bytes_of(twice) == b"good 3"
    assert (wanted(twice).wish, wanted(twice).over) == (None, None)
    assert wanted(twice).policy.rollout == Plain.ALL_AT_ONCE


def test_what_was_uploaded_meanwhile_was_not_meant(twice: House) -> None:
    twice.bucket.upload(KEY, b"good 3")
    say(twice, Rollback())
    # It was there when somebody asked, and is gone back from to what serves.
    assert bytes_of(twice) == b"good 2"
    say(twice, Rollback(1))
    twice.bucket.upload(KEY, b"good 4")
    assert bytes_of(twice) == b"good 4"


def test_a_manifest_that_nobody_can_read_any_more_is_a_problem(twice: House) -> None:
    record = twice.ports.ledger.load("h")
    twice.bucket.upload(MANIFEST, b"rollout: [")
    broken = twice.bucket.newest("h").manifest_version
    last = [
        replace(each, uploads=replace(each.uploads, manifest_version=broken))
        for each in record.releases.last
    ]
    twice.ports.ledger.save(replace(record, releases=replace(record.releases, last=tuple(last))))
    say(twice, Rollback(1))
    assert "not YAML" in (wanted(twice).problem or "")


def test_there_has_to_be_such_a_release(twice: House) -> None:
    with pytest.raises(InvalidInput, match="release 7 is not known; known are 1, 2"):
        say(twice, Rollback(7))
    assert twice.ports.ledger.load("h").asked is None


def test_what_is_gone_comes_back_by_a_rollback(twice: House) -> None:
    say(twice, Delete())
    assert wanted(twice).leaves
    say(twice, Rollback(2))
    assert not wanted(twice).leaves
    assert bytes_of(twice) == b"good 2"
