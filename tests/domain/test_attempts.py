import pytest
from slipway.domain.attempts import GONE, NO_REASON, Attempt, Attempts, Good
from slipway.domain.world import Endpoint, EndpointStatus


def test_an_attempt_is_remembered_for_its_generation_and_config() -> None:
    made = Attempts().begun(1, "a", 5.0)
    attempt = made.at(1, "a")
    assert attempt is not None
    assert (attempt.number, attempt.found_at, attempt.accepted) == (1, 5.0, False)
    assert made.at(1, "b") is None
    assert made.at(2, "a") is None


def test_repeating_a_call_that_never_arrived_is_the_same_attempt() -> None:
    made = Attempts().begun(1, "a", 5.0).begun(1, "a", 5.0).at(1, "a")
    assert made is not None
    assert made.number == 1


def test_trying_again_after_the_call_was_taken_counts_up() -> None:
    made = Attempts().begun(1, "a", 5.0).accepted(1, "a").begun(1, "a", 9.0).at(1, "a")
    assert made is not None
    assert (made.number, made.accepted) == (2, False)


def live(
    config: str,
    modified_at: float = 9.0,
    status: EndpointStatus = EndpointStatus.IN_SERVICE,
    failure: str = "",
) -> Endpoint:
    return Endpoint("slipway-h", status, config, modified_at, failure)


def test_what_never_arrived_is_forgotten_when_something_else_is_tried() -> None:
    made = Attempts().begun(1, "a", 5.0).begun(1, "b", 5.0)
    assert made.at(1, "a") is None
    assert Attempts().begun(1, "a", 5.0).begun(1, "b", 9.0).at(1, "a") is not None


def test_a_config_that_served_starts_the_count_anew() -> None:
    served = Attempts().begun(1, "a", 5.0).accepted(1, "a").judged(live("a"))
    again = served.begun(1, "a", 9.0).at(1, "a")
    assert again is not None
    assert (again.number, again.served) == (1, False)


def test_the_two_configs_released_last_are_what_to_go_back_to() -> None:
    made = Attempts()
    for config in ("a", "b", "b", "c"):
        made = made.released(Good(config, (f"package {config}",)))
    assert [good.config for good in made.good] == ["c", "b"]
    assert [g.config for g in made.released(Good("b", ("package b",))).good] == ["b", "c"]


def test_a_new_generation_forgets_the_attempts_of_the_one_before() -> None:
    good = Good("a", ("package a",))
    made = Attempts().begun(1, "a", 5.0).released(good).begun(2, "b", 9.0)
    assert made.at(1, "a") is None
    assert made.good == (good,)


def judged(found_at: float | None, endpoint: Endpoint | None, *, accepted: bool) -> Attempt | None:
    made = Attempts().begun(1, "b", found_at)
    made = made.accepted(1, "b") if accepted else made
    return made.judged(endpoint).at(1, "b")


def test_an_endpoint_that_serves_the_config_says_that_it_served() -> None:
    attempt = judged(5.0, live("b"), accepted=False)
    assert attempt is not None
    assert (attempt.served, attempt.refused) == (True, None)


def test_an_endpoint_that_serves_another_config_again_says_that_it_was_rolled_back() -> None:
    silent = judged(5.0, live("a"), accepted=True)
    loud = judged(5.0, live("a", failure="an alarm rang"), accepted=True)
    assert silent is not None
    assert silent.refused == NO_REASON
    assert loud is not None
    assert loud.refused == "an alarm rang"


def test_a_rollback_that_failed_is_no_success_whatever_the_config() -> None:
    mixed = live("b", status=EndpointStatus.UPDATE_ROLLBACK_FAILED)
    attempt = judged(5.0, mixed, accepted=True)
    assert attempt is not None
    assert attempt.refused == NO_REASON


@pytest.mark.parametrize(
    ("endpoint", "accepted"),
    [
        pytest.param(live("a", 5.0), True, id="the change is not visible yet"),
        pytest.param(live("a", 5.0), False, id="the call may never have arrived"),
        pytest.param(live("a", status=EndpointStatus.UPDATING), True, id="it is under way"),
    ],
)
def test_nothing_is_judged_too_early(endpoint: Endpoint, accepted: bool) -> None:
    attempt = judged(5.0, endpoint, accepted=accepted)
    assert attempt is not None
    assert not attempt.ended


def test_an_update_of_an_endpoint_that_went_away_has_failed() -> None:
    attempt = judged(5.0, None, accepted=True)
    assert attempt is not None
    assert attempt.refused == GONE


def test_an_update_to_what_was_released_before_is_forgotten_with_its_endpoint() -> None:
    made = Attempts().released(Good("b", ("package b",))).begun(1, "b", 5.0).accepted(1, "b")
    assert made.judged(None).at(1, "b") is None


def test_a_create_whose_endpoint_is_not_there_is_still_open() -> None:
    attempt = judged(None, None, accepted=True)
    assert attempt is not None
    assert not attempt.ended


def test_a_create_is_never_rolled_back() -> None:
    failed = judged(None, live("b", status=EndpointStatus.FAILED, failure="no ping"), accepted=True)
    assert failed is not None
    assert failed.refused == "no ping"
    assert judged(None, live("by hand"), accepted=True) is None
    another = live("a", status=EndpointStatus.FAILED, failure="no ping")
    assert judged(None, another, accepted=True) is None


def test_what_was_judged_stays_so() -> None:
    undone = Attempts().begun(1, "b", 5.0).judged(live("a", failure="an alarm rang"))
    assert undone.judged(live("b", 20.0)) == undone


def test_a_refusal_keeps_the_service_s_words() -> None:
    made = Attempts().begun(1, "a", None).refused(1, "a", "no quota").at(1, "a")
    assert made is not None
    assert made.refused == "no quota"
