"""What is printed where: whole lines in a pipe."""

import pytest
from slipway_cli import screen


def test_a_table_in_a_pipe_is_one_line_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    screen.print_table(("name", "why"), [("a", "x" * 300), ("longer", "y")])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["name    why", f"a       {'x' * 300}", "longer  y"]


def test_facts_without_a_value_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    screen.print_facts([("name", "a"), ("failure", ""), ("why", "two\nlines")])
    assert capsys.readouterr().out.splitlines() == ["name  a", "why   two lines"]


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (2e6, "2 MB"), (5.3e9, "5.3 GB")],
)
def test_sizes_are_said_as_people_say_them(count: float, said: str) -> None:
    assert screen.size(count) == said


@pytest.mark.parametrize(("count", "said"), [(0.1234, "0.12 s"), (9.99, "9.99 s"), (75.4, "75 s")])
def test_durations_have_the_digits_they_deserve(count: float, said: str) -> None:
    assert screen.seconds(count) == said


@pytest.mark.parametrize(
    ("text", "style"),
    [("Released: it serves", "bold green"), ("Announce (Held)", "bold yellow"), ("Decide", "")],
)
def test_verdicts_have_their_colour(text: str, style: str) -> None:
    assert screen.worded(text).style == style


CAUSE = "its packages cannot be installed: no-such-thing was not found in the package registry"
INSTALLER = f"""slipway-h was rolled back: The primary container for production variant AllTraffic \
did not pass the ping health check. Please check CloudWatch logs for this endpoint. The container \
said: {CAUSE}
  x No solution found when resolving dependencies:
  ╰─▶ Because no-such-thing was not found …; version 3 serves on"""


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (INSTALLER, CAUSE),
        ("version 2 serves; 1 of 1 probes passed", "version 2 serves; 1 of 1 probes passed"),
        ("probe failed: it answered 500; version 1 serves on", "probe failed: it answered 500"),
        ("the file is no archive; nothing serves", "the file is no archive"),
        ("one sentence. Another one.", "one sentence"),
        ("", ""),
    ],
    ids=["installer", "released", "held", "nothing", "sentences", "none"],
)
def test_a_reason_in_a_line_is_its_cause(reason: str, said: str) -> None:
    assert screen.brief(reason) == said


def test_what_is_endless_is_cut() -> None:
    refusal = "Member must satisfy enum value set: [" + "ml.m5.large, " * 400
    assert len(screen.brief(refusal)) <= screen.FITS
