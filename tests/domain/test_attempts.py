from slipway.domain.attempts import Attempts


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


def test_a_proven_config_starts_the_count_anew() -> None:
    proven = Attempts().begun(1, "a", 5.0).accepted(1, "a").proven(1, "a")
    again = proven.begun(1, "a", 9.0).at(1, "a")
    assert again is not None
    assert (again.number, again.proven) == (1, False)


def test_the_two_configs_released_last_are_what_to_go_back_to() -> None:
    made = Attempts()
    for config in ("a", "b", "b", "c"):
        made = made.proven(1, config)
    assert made.good == ("c", "b")
    assert made.proven(2, "b").good == ("b", "c")


def test_a_new_generation_forgets_the_attempts_of_the_one_before() -> None:
    made = Attempts().begun(1, "a", 5.0).proven(1, "a").begun(2, "b", 9.0)
    assert made.at(1, "a") is None
    assert made.good == ("a",)


def test_a_refusal_keeps_the_service_s_words() -> None:
    made = Attempts().begun(1, "a", None).refused(1, "a", "no quota").at(1, "a")
    assert made is not None
    assert made.refused == "no quota"
