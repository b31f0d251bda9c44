"""Releases are counted, and a rollback knows where it goes."""

import pytest
from slipway.domain.desired import Artifact, Uploads
from slipway.domain.errors import InvalidInput
from slipway.domain.released import KEPT, UNRELEASED, Release, Releases

FIRST, SECOND, THIRD = (
    Uploads({"": Artifact("bucket", "models/h/m.tar.gz", version, 1.0, 1)}, None)
    for version in ("v1", "v2", "v3")
)


def released(*configs: str) -> Releases:
    releases = UNRELEASED
    for at, config in enumerate(configs):
        uploads = {"one": FIRST, "two": SECOND, "three": THIRD}[config]
        releases = releases.having(Release(config, float(at), uploads))
    return releases


def test_they_are_counted_from_one() -> None:
    assert [each.number for each in released("one", "two").last] == [2, 1]


def test_the_same_again_is_no_other() -> None:
    assert [each.number for each in released("one", "one").last] == [1]
    assert released("one", "one").last[0].at == 0.0


def test_what_was_released_once_before_says_so() -> None:
    assert [(each.number, each.of) for each in released("one", "two", "one").last] == [
        (3, 1),
        (2, None),
        (1, None),
    ]


def test_the_oldest_are_forgotten_and_numbers_go_on() -> None:
    numbers = [each.number for each in released(*["one", "two"] * KEPT).last]
    assert (len(numbers), numbers[0]) == (KEPT, 2 * KEPT)


def test_it_goes_to_the_one_before_what_is_wanted() -> None:
    assert released("one", "two").target(None, SECOND).number == 1


def test_what_is_not_released_yet_is_gone_back_from_to_the_newest() -> None:
    assert released("one", "two").target(None, THIRD).number == 2


def test_what_was_rolled_back_from_is_gone_to_by_its_number_alone() -> None:
    releases = released("one", "two").withdrawing(1)
    assert releases.having(Release("one", 9.0, FIRST)).target(2, FIRST).number == 2
    with pytest.raises(InvalidInput, match="no earlier release to roll back to; known are 1, 2, 3"):
        releases.having(Release("one", 9.0, FIRST)).target(None, FIRST)


@pytest.mark.parametrize("to", [None, 7])
def test_nothing_was_released(to: int | None) -> None:
    with pytest.raises(InvalidInput, match="nothing was released yet"):
        UNRELEASED.target(to, None)


@pytest.mark.parametrize("wanted", [FIRST, THIRD])
def test_what_is_gone_back_to_and_serves_already_is_withdrawn_no_more(wanted: Uploads) -> None:
    before = released("one", "two", "one").withdrawing(1)
    assert "one" in before.left
    assert before.having(Release("one", 9.0, wanted)).left == {"two"}
