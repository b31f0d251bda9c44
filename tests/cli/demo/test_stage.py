"""How the demo talks in a log: a line a step, when it begins and how long it took."""

import re
from io import StringIO

from rich.console import Console
from slipway_cli.demo.stage import stage


def test_a_log_shows_titles_steps_and_times() -> None:
    log = StringIO()
    with stage(Console(file=log, width=1000), "1/7  Train") as now:
        with now.step("fetch the data") as progress:
            assert log.getvalue().endswith("  fetch the data"), "it is shown while it runs"
            progress("a line of progress is for terminals")
        now.say("done")
    lines = log.getvalue().splitlines()
    assert lines[1] == "1/7  Train"
    assert re.fullmatch(r"  fetch the data  \d\.\d\d s", lines[2])
    assert lines[3] == "  done"
    assert re.fullmatch(r"  = \d\.\d\d s", lines[4])
