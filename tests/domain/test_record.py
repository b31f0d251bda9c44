from dataclasses import replace

import pytest
from slipway.domain.attempts import Attempts, Good
from slipway.domain.desired import Artifact, Desired, Policy
from slipway.domain.errors import Busy, LeaseLost, LookAgain, Owned
from slipway.domain.probed import Probed
from slipway.domain.record import TELL_SECONDS, Record
from slipway.domain.rules.rest import SETTLE_SECONDS
from slipway.domain.steps import Announce, Verdict
from slipway.domain.world import Drift

RELEASED = Announce(Verdict.RELEASED, "all is well", "config-a")
HELD = Announce(Verdict.HELD, "no image")


def dead(_owner: str) -> bool:
    return False


def alive(_owner: str) -> bool:
    return True


def owned() -> Record:
    record = Record("h", desired=Desired("h", 3, {}, Policy()))
    return record.owned("one", 100.0, dead)


def test_the_first_owner_gets_the_lease_and_may_act_at_once() -> None:
    lease = owned().lease
    assert lease is not None
    assert (lease.owner, lease.fence, lease.quiet_until) == ("one", 1, 0.0)


def test_another_owner_is_refused_while_the_first_is_running() -> None:
    with pytest.raises(Owned, match="one is at work"):
        owned().owned("two", 101.0, alive)


def test_the_owner_keeps_its_lease_and_wakes_up_when_it_decides_again() -> None:
    again = owned().awaiting("token", 0).owned("one", 150.0, alive)
    assert again.lease is not None
    assert (again.lease.fence, again.lease.touched_at, again.waiting) == (1, 150.0, None)


def test_a_successor_of_a_dead_owner_stays_quiet_until_its_last_call_has_landed() -> None:
    taken = owned().touched(130.0).owned("two", 140.0, dead)
    assert taken.lease is not None
    assert (taken.lease.fence, taken.lease.quiet_until) == (2, 130.0 + SETTLE_SECONDS)


def test_a_successor_of_an_owner_that_let_go_need_not_be_quiet() -> None:
    free = owned().settling(RELEASED, 0, 1.0, None).told(0)
    taken = free.owned("two", 140.0, dead)
    assert taken.lease is not None
    assert (taken.lease.fence, taken.lease.quiet_until) == (2, 0.0)


def test_only_the_holder_of_the_lease_may_change_the_record() -> None:
    record = owned()
    assert record.under(1) is record
    with pytest.raises(LeaseLost):
        record.under(2)
    with pytest.raises(LeaseLost):
        Record("h").under(1)


def test_nobody_sleeps_through_a_hint() -> None:
    record = owned()
    assert record.awaiting("token", 0).waiting == "token"
    with pytest.raises(LookAgain):
        record.hinted().awaiting("token", 0)


def test_a_hint_tells_which_upload_was_finished() -> None:
    finished = Artifact("b", "models/h/model.tar.gz", "v1", 100.0, 10)
    assert owned().hinted(finished).hinted().arrived == (finished,)


def test_a_hint_leaves_the_token_so_that_a_lost_wake_can_be_repeated() -> None:
    assert owned().awaiting("token", 0).hinted().waiting == "token"


def test_a_verdict_is_told_once_and_ends_the_lease() -> None:
    settling = owned().settling(RELEASED, 0, 1.0, None)
    assert settling.settled is not None
    assert not settling.settled.told
    told = settling.told(0)
    assert told.settled is not None
    assert told.settled.told
    assert told.lease is None
    again = told.owned("two", 200.0, dead).settling(RELEASED, 0, 1.0, None)
    assert again.settled is not None
    assert again.settled.told


def test_another_verdict_is_told_again() -> None:
    told = owned().settling(RELEASED, 0, 1.0, None).told(0)
    held = told.owned("two", 200.0, dead).settling(HELD, 0, 1.0, None)
    assert held.settled is not None
    assert not held.settled.told


def test_no_verdict_is_recorded_after_a_hint() -> None:
    with pytest.raises(LookAgain):
        owned().hinted().settling(RELEASED, 0, 1.0, None)


def test_an_owner_that_was_hinted_at_while_telling_keeps_its_lease() -> None:
    told = owned().settling(RELEASED, 0, 1.0, None).hinted().told(0)
    assert told.lease is not None
    assert told.settled is not None
    assert told.settled.told


def test_what_passed_its_probes_is_good_to_go_back_to_and_nothing_else_is() -> None:
    record, version = owned(), Good("config-a", ("package-a",))
    held = Announce(Verdict.HELD, "drift", "config-a")
    for passed, generation, good in ((True, 3, True), (False, 3, False), (True, 2, False)):
        probed = Probed(generation, "config-a", passed, "because")
        for announce in (RELEASED, held):
            settled = record.having(probed).settling(announce, 0, 1.0, version)
            assert bool(settled.attempts.good) == good
    assert record.settling(held, 0, 1.0, version).attempts.good == ()


def test_what_was_released_unprobed_is_no_proof_until_it_is_seen_to_answer() -> None:
    untried = Probed(3, "config-a", passed=True, reason="not probed", count=0)
    version = Good("config-a", ("package-a",), proven=False)
    settled = owned().having(untried).settling(RELEASED, 0, 1.0, version)
    assert [good.proven for good in settled.attempts.good] == [False]
    seen = Probed(4, "config-a", passed=True, reason="as before")
    asked = settled.having(seen).settling(RELEASED, 0, 1.0, None)
    assert [good.proven for good in asked.attempts.good] == [True]


def test_one_release_comes_to_a_verdict_at_one_moment() -> None:
    once = owned().settling(RELEASED, 0, 5.0, None)
    assert once.settling(RELEASED, 0, 6.0, None).settled == once.settled
    later = once.owned("two", 200.0, dead).settling(RELEASED, 0, 7.0, None)
    assert later.settled is not None
    assert later.settled.at == 7.0


def test_a_window_is_told_by_one_at_a_time() -> None:
    drift = Drift(3, "2026/11/22/10", "violations", 2, "2026/11/22/10", "ab", at=100.0)
    record = owned().drifted(drift)
    with pytest.raises(Busy):
        record.drifted(replace(drift, at=100.0 + TELL_SECONDS - 1))
    late = replace(drift, at=100.0 + TELL_SECONDS)
    assert record.drifted(late).drift == late
    with pytest.raises(Busy):
        record.drift_told().drifted(late)
    assert record.drift_told().drifted(replace(late, digest="cd")).drift == replace(
        late, digest="cd"
    )


def test_attempts_are_made_in_the_desired_generation() -> None:
    def begin(attempts: Attempts, generation: int) -> Attempts:
        return attempts.begun(generation, "a", None)

    assert owned().attempted(begin).attempts.at(3, "a") is not None


def test_each_version_follows_the_one_before() -> None:
    assert Record("h").next_version().next_version().version == 2


@pytest.mark.parametrize(("generation", "later"), [(3, 4), (2, 2)])
def test_to_try_again_forgets_no_drift_and_revives_none(generation: int, later: int) -> None:
    drift = Drift(generation, "2026/11/22/10", "violations", 1, "2026/11/22/10")
    found = replace(owned(), drift=drift).again()
    assert found.desired is not None
    assert found.desired.generation == 4
    assert found.drift == replace(drift, generation=later)
