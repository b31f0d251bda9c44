"""The time line under the releases that made it."""

from io import StringIO

from rich.console import Console
from slipway.domain.desired import Uploads
from slipway.domain.released import UNRELEASED, Release, Releases
from slipway.ports import Moment
from slipway_cli.history import show

ARN = "arn:aws:states:us-east-1:000000000000:execution:slipway-release:"


def shown(*moments: Moment, releases: Releases = UNRELEASED) -> list[str]:
    console = Console(file=StringIO(), width=1000, highlight=False)
    show(console, list(moments), releases)
    file = console.file
    assert isinstance(file, StringIO)
    return file.getvalue().splitlines()


def test_what_started_a_release_stands_under_its_name_and_hints_stay_where_they_came() -> None:
    lines = shown(
        Moment(1.0, "", "Started", "an upload"),
        Moment(2.0, f"{ARN}housing-1", "InspectArtifact", "not inspected"),
        Moment(3.0, "", "Woken", "a change"),
        Moment(4.0, f"{ARN}housing-1", "Announce (Released)", "it serves"),
        Moment(5.0, "", "Started", "another upload"),
        Moment(6.0, f"{ARN}housing-2", "Announce (Held)", "refused"),
    )
    words = [
        line.split("  ")[0] if line.startswith("housing") else line.split()[1] for line in lines
    ]
    assert words == [
        "housing-1", "Started", "InspectArtifact", "Woken", "Announce",
        "housing-2", "Started", "Announce",
    ]  # fmt: skip


def test_a_start_that_no_release_followed_yet_is_shown_all_the_same() -> None:
    assert len(shown(Moment(1.0, "", "Started", "an upload"))) == 1


def test_releases_have_their_numbers() -> None:
    release = Release("config", 2.0, Uploads({}, None), number=3)
    end = Moment(2.0, f"{ARN}housing-9", "Announce (Released)", "it serves", 17)
    lines = shown(end, releases=Releases((release,)))
    assert lines[0].startswith("release 3  housing-9  ")
