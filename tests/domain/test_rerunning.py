"""Which runs are due again once somebody rolled back from the versions that made them."""

from dataclasses import replace

from slipway.domain.batch import MOST_DUE, Due, Run, Runs
from slipway.domain.desired import Uploads
from slipway.domain.released import Release, Releases
from slipway.domain.rerunning import again

NOTHING = Uploads({}, None)
RELEASES = Releases(
    tuple(
        Release(name, number * 100.0, NOTHING, number=number)
        for number, name in ((3, "third"), (2, "second"), (1, "first"))
    )
)


def run(number: int, config: str, input_: str = "") -> Run:
    """A run that began soon after the release of its version."""
    at = {"first": 100.0, "second": 200.0, "third": 300.0}[config] + number
    return Run(
        number, Due(f"due-{number}", "it was"), config, config, "a-job",
        input_ or f"s3://bucket/{number}.manifest", "s3://bucket/out/", "", "a.csv", 1, at,
    )  # fmt: skip


def runs(*made: Run) -> Runs:
    """Runs, given oldest first."""
    return Runs(tuple(reversed(made)))


def numbers(found: tuple[Due, ...]) -> list[str]:
    """The ids of what is due."""
    return [due.id for due in found]


def test_what_was_withdrawn_is_due_again_oldest_first() -> None:
    made = runs(run(1, "first"), run(2, "second"), run(3, "third"))
    due, left = again(made, RELEASES, 1)
    assert due == (
        Due("due-2 again 1", "run 2 again, as of release 1", "s3://bucket/2.manifest"),
        Due("due-3 again 1", "run 3 again, as of release 1", "s3://bucket/3.manifest"),
    )
    assert left == ()


def test_what_is_not_withdrawn_is_not() -> None:
    made = runs(run(1, "first"), run(2, "second"), run(3, "third"))
    assert numbers(again(made, RELEASES, 2)[0]) == ["due-3 again 2"]
    assert again(made, RELEASES, 3) == ((), ())
    assert again(made, RELEASES, 9) == ((), ())


def test_each_is_due_once_however_often_it_is_asked_for() -> None:
    made = runs(run(2, "second"), run(3, "third"))
    first, second = again(made, RELEASES, 1)[0]
    waits = replace(made, due=(first,))
    assert again(waits, RELEASES, 1)[0] == (second,)
    over = made.having(replace(run(4, "first"), due=first))
    assert again(over, RELEASES, 1)[0] == (second,)


def test_one_input_is_read_once() -> None:
    made = runs(run(2, "second", "s3://bucket/in/"), run(3, "third", "s3://bucket/in/"))
    assert numbers(again(made, RELEASES, 1)[0]) == ["due-3 again 1"]


def test_what_the_wanted_version_made_is_not_made_again() -> None:
    once_more = Release("first", 400.0, NOTHING, number=4, of=1)
    releases = Releases((once_more, *RELEASES.last))
    made = runs(run(1, "first"), run(2, "second"))
    assert numbers(again(made, releases, 1)[0]) == ["due-2 again 1"]


def test_what_ran_before_the_release_stays_as_it_is() -> None:
    once_more = Release("first", 400.0, NOTHING, number=4, of=1)
    releases = Releases((once_more, *RELEASES.last))
    late = replace(run(5, "first"), at=450.0)
    assert numbers(again(runs(run(1, "first"), late), releases, 2)[0]) == ["due-5 again 2"]


def test_of_more_than_may_wait_the_newest_are_due_and_the_others_are_named() -> None:
    made = runs(*(run(number, "second") for number in range(1, MOST_DUE + 3)))
    waits = replace(made, due=(Due("asked", "somebody did"),))
    due, left = again(waits, RELEASES, 1)
    assert (len(due), left) == (MOST_DUE - 1, (1, 2, 3))
    assert due[0].id == "due-4 again 1"
