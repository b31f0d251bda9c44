"""Stories of a batch deployment: files arrive, versions come and go, and jobs fail."""

from collections.abc import Sequence
from random import Random

from tests.simulation.contents import GOOD, MISANSWERING, MUTE
from tests.simulation.faults import Faults
from tests.simulation.stories import MANUAL, Act, Story, manifest, upload

FILES = b"target: {type: batch}\n"
TIMED = FILES + b"batch: {every: 24h}\n"
BOTH = FILES + b"batch: {every: 24h, on: upload}\n"
HIGH = FILES + b"probes: [{body: '0,0', expect: {columns: 1, between: [5, 9]}}]\n"
ROWS, BAD = b"1,2\n3,4\n", b"1,bad\n"


def arrives(at: float, name: str = "a.csv", content: bytes = ROWS) -> Act:
    """A file is uploaded to be answered."""
    return Act(at, "upload", f"batches/housing/in/{name}", content)


def due(at: float, moment: str = "2026-11-27T00:00:00Z") -> Act:
    """A schedule says that it is time, maybe twice."""
    return Act(at, "due", how=moment)


BATCHES: Sequence[Story] = (
    Story("files, answered", [manifest(5, FILES), arrives(8), upload(10)]),
    Story("files that come later", [manifest(5, FILES), upload(10), arrives(500)]),
    Story(
        "files while others are answered",
        [manifest(5, FILES), upload(10), arrives(500), arrives(560, "b.csv"), arrives(600)],
    ),
    Story(
        "a version while files are answered",
        [manifest(5, FILES), arrives(8), upload(10), arrives(600), upload(620, number=2)],
    ),
    Story(
        "a version that answers no sample",
        [manifest(5, FILES), arrives(8), upload(10), upload(900, MISANSWERING, 2), arrives(1400)],
    ),
    Story(
        "a version that waits for a person, while files arrive",
        [
            manifest(5, FILES),
            arrives(8),
            upload(10),
            manifest(700, FILES + MANUAL),
            upload(750, number=2),
            arrives(900),
        ],
    ),
    Story("a bad record", [manifest(5, FILES), arrives(8), upload(10), arrives(700, "b.csv", BAD)]),
    Story(
        "a schedule, said twice",
        [manifest(5, TIMED), arrives(8), upload(10), due(700), due(701), due(1200)],
    ),
    Story(
        "a schedule, said once more much later",
        [manifest(5, TIMED), arrives(8), upload(10), due(700), arrives(1000), due(1200)],
    ),
    Story(
        "new probes, which what runs does not pass",
        [manifest(5, FILES), arrives(8), upload(10), manifest(700, HIGH), arrives(1100)],
    ),
    Story(
        "a schedule and uploads",
        [manifest(5, BOTH), arrives(8), upload(10), arrives(600), due(601)],
    ),
    Story(
        "a schedule that nobody wants any more",
        [manifest(5, TIMED), upload(10), manifest(500, FILES), arrives(900)],
    ),
    Story(
        "the service fails, and does not",
        [manifest(5, FILES), upload(10), Act(400, "fail", how="2"), arrives(500)],
    ),
    Story(
        "the service fails for good",
        [manifest(5, FILES), upload(10), Act(400, "fail", how="3"), arrives(500)],
    ),
    Story(
        "asked to go while files are answered",
        [manifest(5, BOTH), arrives(8), upload(10), Act(330, "ask", how="delete")],
    ),
    Story(
        "back to what answered before",
        [
            manifest(5, FILES),
            arrives(8),
            upload(10),
            upload(700, number=2),
            Act(1200, "ask", how="rollback"),
            arrives(1500),
        ],
    ),
    Story(
        "back, and what was answered since is answered again",
        [
            manifest(5, FILES),
            arrives(8),
            upload(10),
            upload(700, number=2),
            arrives(1200, "b.csv"),
            Act(1800, "ask", how="rerun"),
            Act(2600, "ask", how="rerun to 1"),
            arrives(1810, "c.csv"),
        ],
        until=3600.0,
    ),
)


def random_batches(seed: int) -> Story:
    """A story by chance: files, versions, moments, and troubles of all kinds."""
    chance = Random(seed)  # noqa: S311  a seeded history, no secret
    acts = [manifest(5, chance.choice((FILES, TIMED, BOTH))), upload(10)]
    for number in range(chance.randint(1, 5)):
        at = chance.uniform(8.0, 2500.0)
        what = chance.choice(("file", "file", "file", "version", "due", "fail", "stop", "rerun"))
        name, moment = f"{chance.randint(1, 3)}.csv", f"2026-11-{20 + number}T00:00:00Z"
        acts.append(
            {
                "file": arrives(at, name, chance.choice((ROWS, ROWS, BAD))),
                "version": upload(at, chance.choice((GOOD, MISANSWERING, MUTE)), number + 2),
                "due": due(at, moment),
                "fail": Act(at, "fail", how=chance.choice(("1", "2"))),
                "stop": Act(at, "stop"),
                "rerun": Act(at, "ask", how="rerun"),
            }[what]
        )
    faults = Faults(
        **{
            name: chance.choice((0.0, 0.0, often))
            for name, often in (("drop", 0.3), ("repeat", 0.3), ("delay", 0.3), ("throttle", 0.1))
        }
    )
    return Story(f"files by chance {seed}", acts, faults=faults, until=3600.0)
