"""What people and the platform do in a history: told as acts at times, by hand or by chance."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from random import Random

from slipway_local.sagemaker.account import Durations

from tests.simulation.contents import (
    DYING,
    EMPTY,
    GOOD,
    IMAGELESS,
    MISANSWERING,
    MUTE,
    REFUSED,
    ROWS,
    SLOW,
    UNLOADABLE,
    WORSE,
    content,
)
from tests.simulation.faults import Faults

KEY = "models/housing/model.tar.gz"
OTHER_KEY = "models/housing/candidates/model.tar.gz"
MANIFEST = "models/housing/slipway.yaml"
AUTOMATIC = b"approval: automatic\n"
MANUAL = b"approval: manual\n"
LARGER = b"target: {instance_count: 2}\n"
FASTER = b"target: {instance_type: ml.c5.large}\n"
BROKEN = b"approval: maybe\n"
WATCHED = b"capture: {percentage: 100}\nmonitor: {every: 1h}\n"
RARELY = b"capture: {percentage: 100}\nmonitor: {every: 24h, thresholds: {ks: 0.2}}\n"
BASELINE = "models/housing/baseline.csv"
STRICT = b"probes: [{body: '0,0', expect: {columns: 1, between: [0, 1]}}]\n"
CHAMPION, CHALLENGER = (
    f"models/housing/{part}/model.tar.gz" for part in ("champion", "challenger")
)
NINE_TO_ONE = b"variants: {champion: {weight: 9}, challenger: {weight: 1}}\n"
ONE_TO_ONE = b"variants: {champion: {}, challenger: {}}\n"
STEPWISE = b"rollout: {steps: [10, 50], every: 5m}\n"
PIPELINE = b"containers: [champion, challenger]\n"
SCALED = b"autoscaling: {max: 8, invocations_per_instance: 700}\n"
SCALED_FASTER = SCALED + FASTER
SCALED_MORE = b"autoscaling: {max: 9, invocations_per_instance: 700}\n"
IN_LINE = b"target: {type: async}\n"
CANARY = b"rollout: {type: canary, wait_interval: 3m, termination_wait: 3m}\n"
ROLLING = b"target: {instance_count: 4}\nrollout: {type: rolling, wait_interval: 3m}\n"
GUARD = "slipway-housing.AllTraffic.5xx"
CURED = "alarms: [{{metric: Invocation5XXErrors, above: 1%, cooldown: 10m, remedy: [{}]}}]\n"
CURES = ("notify", "hold", "rollback", "replace", "{scale_out: {up_to: 3}}", "{start: retrain}")
ALARM = "slipway-housing.AllTraffic.Invocation5XXErrors"
LOSABLE = ("config", "model", "group", "bytes", "baseline", "alarm")
CALM = Durations(creating=60, updating=60, rolling_back=10, deleting=5)


@dataclass(frozen=True, slots=True)
class Act:
    """Something happens `at` seconds into the history.

    `what` is upload (of `content` to `key`, which took so many `seconds`), approve or reject (the
    newest package), edit (the endpoint, to a config `by hand` or to the `n`-th of Slipway's),
    delete (it), ask (for the deployment to go, or to go back, `how`), weigh (the champion, `how`
    much), scale (to `how` many instances), unscale (deregister what scales), discard (the newest
    package), lose (the config, model, group, bytes, baseline or alarm of what serves), stop (the
    running releases), restore (the ledger), unwatch (delete the schedule), patch, undo (`how`) an
    update under way, or ring or hush (the alarm `how`).
    """

    at: float
    what: str
    key: str = KEY
    content: bytes = b""
    how: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Story:
    """One history's plot. Faults, and acts, end `until`; then everything must come to rest."""

    name: str
    acts: Sequence[Act]
    durations: Durations = CALM
    faults: Faults = field(default_factory=Faults)
    until: float = 1800.0


def upload(at: float, kind: str = GOOD, number: int = 1, key: str = KEY) -> Act:
    return Act(at, "upload", key, content(kind, number))


def lasting(end: float, seconds: float) -> Act:
    """A large upload that takes so long."""
    return replace(upload(end), seconds=seconds)


def manifest(at: float, text: bytes) -> Act:
    return Act(at, "upload", MANIFEST, text)


def cured(at: float, *cures: str) -> Act:
    """A manifest with an alarm and its remedies."""
    return manifest(at, CURED.format(", ".join(cures)).encode())


def ringing(*spans: tuple[float, float]) -> list[Act]:
    """The alarm rings from time to time."""
    acts = ((Act(at, "ring", how=ALARM), Act(end, "hush", how=ALARM)) for at, end in spans)
    return [act for pair in acts for act in pair]


def baseline(at: float, kind: str = ROWS, number: int = 1) -> Act:
    return Act(at, "upload", BASELINE, content(kind, number))


BASE: Sequence[Story] = (
    Story("first create", [upload(10)]),
    Story("update", [upload(10), upload(400, number=2)]),
    Story("superseded mid-way", [upload(10), upload(400, number=2), upload(430, number=3)]),
    Story("a large one ends after a small one", [upload(110, number=2), lasting(400, 300)]),
    Story(
        "a large one ends after a small one elsewhere",
        [upload(110, number=2, key=OTHER_KEY), lasting(400, 300)],
    ),
    Story("two keys at once", [upload(10), upload(10, number=2, key=OTHER_KEY)]),
    Story("equal content again", [upload(10), upload(400), upload(800, number=2), upload(1200)]),
    Story(
        "approval granted",
        [manifest(5, MANUAL), upload(10), Act(300, "approve"), upload(600, number=2)],
    ),
    Story(
        "approval rejected after the release",
        [upload(10), upload(400, number=2), Act(1000, "reject")],
    ),
    Story(
        "rejected, then a bad one",
        [
            upload(10),
            upload(400, number=2),
            Act(1000, "reject"),
            upload(1200, MISANSWERING, 3),
        ],
    ),
    Story(
        "approved of again, once a bad one serves",
        [
            upload(10),
            Act(300, "reject"),
            upload(400, MISANSWERING, 2),
            Act(900, "approve", how="first"),
        ],
    ),
    Story(
        "instant instances",
        [upload(10), upload(400, number=2), upload(400.2, number=3)],
        durations=Durations(creating=0.3, updating=0.3),
    ),
    Story("artifact refused", [upload(10), upload(400, REFUSED, 2)]),
    Story("unloadable first", [upload(10, UNLOADABLE), upload(400, number=2)]),
    Story("unloadable update", [upload(10), upload(400, UNLOADABLE, 2)]),
    Story("probes failed", [upload(10), upload(400, MISANSWERING, 2)]),
    Story("probes failed first", [upload(10, MISANSWERING)]),
    Story("silent rollback", [upload(10), upload(400, number=2), Act(440, "undo", how="silent")]),
    Story(
        "internal failure", [upload(10), upload(400, number=2), Act(440, "undo", how="internal")]
    ),
    Story("rollback failed", [upload(10), upload(400, number=2), Act(440, "undo", how="mixed")]),
    Story("patched meanwhile", [upload(10), Act(390, "patch"), upload(400, number=2)]),
    Story("edited by hand", [upload(10), Act(500, "edit", how="by hand")]),
    Story("deleted by hand", [upload(10), upload(400, number=2), Act(800, "delete")]),
    Story("asked to go", [upload(10), upload(400, number=2), Act(800, "ask", how="delete")]),
    Story("asked to go with everything", [upload(10), Act(400, "ask", how="purge")]),
    Story(
        "asked to go while it is deployed",
        [manifest(4, WATCHED), baseline(5), upload(10), Act(40, "ask", how="delete")],
    ),
    Story(
        "asked to go while it is watched",
        [manifest(4, WATCHED), baseline(5), upload(10), Act(800, "ask", how="purge")],
    ),
    Story(
        "asked to go before anything was served",
        [upload(10, REFUSED), Act(300, "ask", how="delete")],
    ),
    Story(
        "asked to go, and wanted again",
        [upload(10), Act(400, "ask", how="delete"), upload(1200, number=2)],
    ),
    Story(
        "many updates",
        [upload(10), *(upload(300 * n, number=n) for n in range(1, 5))],
    ),
    Story("manifest changes", [upload(10), manifest(300, BROKEN), manifest(600, LARGER)]),
    Story("watched", [manifest(4, WATCHED), baseline(5), upload(10), upload(400, number=2)]),
    Story("watched later", [upload(10), manifest(300, WATCHED), baseline(600)]),
    Story(
        "watched no more",
        [manifest(4, WATCHED), baseline(5), upload(10), manifest(400, AUTOMATIC)],
    ),
    Story(
        "watched otherwise",
        [
            manifest(4, WATCHED),
            baseline(5),
            upload(10),
            baseline(300, EMPTY),
            baseline(500),
            manifest(700, RARELY),
            Act(900, "unwatch"),
        ],
    ),
    *(
        Story(
            f"{what} lost while a bad one is held",
            [manifest(4, WATCHED), baseline(5), upload(10), upload(400, MISANSWERING, 2), lost],
        )
        for what, lost in (
            ("schedule", Act(800, "unwatch")),
            ("alarm", Act(800, "lose", how="alarm")),
            ("baseline", Act(800, "lose", how="baseline")),
        )
    ),
    Story("always fails", [upload(10), upload(400, MUTE, 2)]),
    Story("slow", [upload(10), upload(400, SLOW, 2)]),
    Story("slow by new probes", [upload(10), manifest(400, STRICT), upload(400, SLOW, 2)]),
    Story("dies of its first request", [upload(10), upload(400, DYING, 2)]),
    Story("slow first", [upload(10, SLOW), upload(400, number=2)]),
    Story(
        "no going back",
        [upload(10, MUTE), manifest(400, STRICT), upload(401, number=2), upload(800, MUTE)],
    ),
    Story(
        "refused while a bad one comes up",
        [upload(10), upload(400, MISANSWERING, 2), upload(430, REFUSED, 3)],
    ),
    Story(
        "group lost while held",
        [
            upload(10),
            upload(400, MISANSWERING, 2),
            Act(800, "lose", how="group"),
            Act(1100, "lose", how="config"),
        ],
    ),
    Story("the ledger is restored", [upload(10), Act(300, "restore"), upload(400, number=2)]),
    Story("no quota at first", [Act(5, "quota", how="0"), upload(10), Act(400, "quota")]),
    Story(
        "no quota for an update",
        [upload(10), Act(300, "quota", how="1"), upload(400, number=2), Act(900, "quota")],
    ),
    Story("deleted, then a bad one", [upload(10), Act(300, "delete"), upload(301, MUTE, 2)]),
    *(
        Story(
            f"{how} lost while somebody thinks",
            [upload(10), manifest(300, MANUAL), upload(400, number=2), lost],
        )
        for how, lost in (
            ("config", Act(600, "lose", how="config")),
            ("bytes", Act(600, "lose", how="bytes")),
            ("endpoint", Act(600, "delete")),
        )
    ),
    *(
        Story(
            f"{how} lost",
            [
                manifest(4, WATCHED),
                baseline(5),
                upload(10),
                Act(300, "lose", how=how),
                upload(400, number=2),
                Act(430, "lose", how=how),
                Act(900, "lose", how=how),
            ],
        )
        for how in LOSABLE
    ),
    Story(
        "two variants, one after the other",
        [manifest(5, NINE_TO_ONE), upload(10, key=CHAMPION), upload(70, number=2, key=CHALLENGER)],
    ),
    Story(
        "traffic is shifted, by the manifest and by hand",
        [
            manifest(5, NINE_TO_ONE),
            upload(10, key=CHAMPION),
            upload(10, number=2, key=CHALLENGER),
            manifest(400, ONE_TO_ONE),
            Act(700, "weigh", how="3"),
        ],
    ),
    Story(
        "a pipeline whose second half is late",
        [manifest(5, PIPELINE), upload(10, key=CHAMPION), upload(1000, number=2, key=CHALLENGER)],
    ),
    Story(
        "scales, on other instances, and no more",
        [
            manifest(5, SCALED),
            upload(10),
            manifest(400, SCALED_FASTER),
            manifest(800, AUTOMATIC),
        ],
    ),
    Story(
        "scaled counts survive",
        [
            manifest(5, SCALED),
            upload(10),
            Act(400, "scale", how="3"),
            upload(600, number=2),
            manifest(1000, SCALED_FASTER),
        ],
    ),
    Story(
        "scaling is lost",
        [
            manifest(5, SCALED),
            upload(10),
            Act(400, "unscale"),
            manifest(800, SCALED_MORE),
        ],
    ),
    Story(
        "other instances, and back again",
        [
            manifest(5, SCALED),
            upload(10),
            manifest(400, SCALED_FASTER),
            Act(430, "undo", how="alarm"),
        ],
    ),
    Story(
        "asked to go while it scales",
        [manifest(5, SCALED), upload(10), Act(400, "ask", how="delete")],
    ),
    Story("asked in line", [manifest(5, IN_LINE), upload(10)]),
    Story("in line too late", [upload(10), manifest(400, IN_LINE)]),
    Story("canary", [manifest(5, CANARY), upload(10), upload(400, number=2)]),
    Story("rolling", [manifest(5, ROLLING), upload(10), upload(400, number=2)], until=2700),
    Story(
        "canary sent back by its alarm",
        [
            manifest(5, CANARY),
            upload(10),
            upload(400, number=2),
            Act(530, "ring", how=GUARD),
            Act(700, "hush", how=GUARD),
        ],
    ),
    Story(
        "an alarm rings before the canary",
        [
            manifest(5, CANARY),
            upload(10),
            Act(300, "ring", how=GUARD),
            upload(400, number=2),
            Act(900, "hush", how=GUARD),
        ],
    ),
    Story(
        "guards lost before the canary",
        [
            manifest(5, CANARY),
            upload(10),
            Act(300, "lose", how="alarm"),
            upload(400, number=2),
        ],
    ),
    Story(
        "other variants by hand under a canary",
        [
            manifest(5, CANARY + NINE_TO_ONE),
            upload(10, key=CHAMPION),
            upload(10, number=2, key=CHALLENGER),
            Act(700, "edit", how="by hand"),
        ],
    ),
    Story("guarded no more", [manifest(5, CANARY), upload(10), manifest(400, AUTOMATIC)]),
    Story(
        "asked to go while a canary is out",
        [manifest(5, CANARY), upload(10), upload(400, number=2), Act(530, "ask", how="delete")],
    ),
    *(
        Story(f"an alarm, and {cure}", [cured(5, cure), upload(10), *ringing((400, 700))])
        for cure in CURES
    ),
    Story("an alarm rings on", [cured(5, "notify"), upload(10), Act(400, "ring", how=ALARM)]),
    Story(
        "an alarm rolls back after the release",
        [cured(5, "rollback"), upload(10), upload(400, number=2), *ringing((800, 1100))],
    ),
    Story(
        "an alarm that nothing helps against",
        [
            cured(5, "replace", "{scale_out: {up_to: 3}}", "rollback", "notify"),
            upload(10),
            upload(400, number=2),
            *ringing((800, 4000)),
        ],
        until=4200,
    ),
    Story(
        "an alarm that rang before the change",
        [
            cured(5, "notify", "rollback"),
            upload(10),
            Act(300, "ring", how=ALARM),
            upload(400, number=2),
            Act(1500, "hush", how=ALARM),
        ],
    ),
    Story(
        "an alarm that flaps",
        [
            cured(5, "{scale_out: {up_to: 5}}"),
            upload(10),
            *ringing(*((400.0 + 100 * n, 430.0 + 100 * n) for n in range(9))),
        ],
    ),
    Story(
        "an alarm rings while a newer version comes up",
        [cured(5, "rollback"), upload(10), upload(400, number=2), *ringing((430, 900))],
    ),
    Story(
        "an alarm is lost while its remedy is at work",
        [
            cured(5, "replace", "hold"),
            upload(10),
            Act(400, "ring", how=ALARM),
            Act(450, "lose", how="alarm"),
            Act(900, "hush", how=ALARM),
        ],
    ),
    Story(
        "nobody wants the alarm any more while capacity is lent",
        [
            cured(5, "{scale_out: {up_to: 3}}"),
            upload(10),
            *ringing((400, 700)),
            manifest(800, AUTOMATIC),
        ],
    ),
    Story(
        "rolled back, and a manifest comes",
        [
            upload(10),
            upload(400, number=2),
            Act(800, "ask", how="rollback"),
            manifest(1200, LARGER),
        ],
    ),
    Story(
        "stopped by hand", [upload(10), Act(11, "stop"), upload(400, number=2), Act(440, "stop")]
    ),
)

# Rollouts by steps: each takes long, so that few are crashed everywhere.
STEPS: Sequence[Story] = tuple(
    Story(f"by steps, {name}", [manifest(5, STEPWISE), upload(10), *acts], until=3600.0)
    for name, acts in (
        ("a good one", [upload(400, number=2)]),
        ("a worse one", [upload(400, WORSE, 2)]),
        ("one that fails its probes", [upload(400, MISANSWERING, 2)]),
        ("one that does not load", [upload(400, UNLOADABLE, 2)]),
        ("superseded", [upload(400, number=2), upload(700, number=3)]),
        ("a worse one superseded", [upload(400, WORSE, 2), upload(600, number=3)]),
        ("weighed by hand", [upload(400, number=2), Act(600, "weigh", "Candidate", how="80")]),
        ("deleted by hand", [upload(400, number=2), Act(600, "delete")]),
        ("rejected", [upload(400, number=2), Act(600, "reject")]),
        ("rolled back", [upload(400, number=2), Act(600, "ask", how="rollback")]),
        ("a manifest of all at once", [upload(400, number=2), manifest(600, AUTOMATIC)]),
        ("a manifest that nobody can use", [upload(400, number=2), manifest(600, BROKEN)]),
        ("asked to go", [upload(400, number=2), Act(600, "ask", how="delete")]),
        ("promoted", [upload(400, number=2), Act(600, "ask", how="promote")]),
        ("aborted", [upload(400, number=2), Act(600, "ask", how="abort")]),
        ("paused", [upload(400, number=2), Act(600, "ask", how="pause")]),
        (
            "paused and resumed",
            [
                upload(400, number=2),
                Act(600, "ask", how="pause"),
                Act(900, "ask", how="resume"),
            ],
        ),
        ("stopped", [upload(400, number=2), Act(600, "stop"), Act(900, "stop")]),
    )
)

INSTANT = Durations(creating=0.3, updating=0.3)
# What people may do at any moment of a story, and must not be lost on the way.
MEANWHILE: Sequence[tuple[Story, Act]] = (
    (Story("first create", [upload(10)], INSTANT), upload(0, number=9)),
    (Story("patched", [upload(10), upload(30, number=2)], INSTANT), Act(0, "patch")),
    (Story("refused", [upload(10, REFUSED)], INSTANT), upload(0, number=9)),
    (Story("update", [upload(10), upload(30, number=2)], INSTANT), upload(0, number=9)),
    (Story("approval", [manifest(1, MANUAL), upload(10)], INSTANT), Act(0, "approve")),
    (Story("automatic", [upload(10), manifest(30, LARGER)], INSTANT), manifest(0, AUTOMATIC)),
)

# Too long to crash everywhere.
LONG: Sequence[Story] = (
    Story(
        "rolled back while a worse one is deployed",
        [upload(10), upload(400, UNLOADABLE, 2), Act(430, "ask", how="rollback")],
    ),
    Story(
        "rolled back, and forth by an upload",
        [
            upload(10),
            upload(400, number=2),
            Act(800, "ask", how="rollback"),
            upload(1200, number=2),
        ],
    ),
    Story(
        "instance types to and fro, for each of which the artifact is inspected anew",
        [upload(10), *(manifest(200 + 100 * n, (FASTER, LARGER)[n % 2]) for n in range(8))],
    ),
    Story(
        "a variant is replaced while the other is",
        [
            manifest(5, NINE_TO_ONE),
            upload(10, key=CHAMPION),
            upload(10, number=2, key=CHALLENGER),
            upload(400, number=3, key=CHALLENGER),
            upload(430, number=4, key=CHAMPION),
        ],
    ),
    Story(
        "asked in line, again and again",
        [manifest(5, IN_LINE), upload(10), upload(400, MISANSWERING, 2), upload(800, number=3)],
    ),
    Story(
        "a variant fails its probes",
        [
            manifest(5, NINE_TO_ONE),
            upload(10, key=CHAMPION),
            upload(10, number=2, key=CHALLENGER),
            upload(400, MISANSWERING, 3, CHALLENGER),
        ],
    ),
)

KINDS = (GOOD,) * 8 + (UNLOADABLE, MISANSWERING, MISANSWERING, REFUSED, IMAGELESS)
KINDS += (MUTE, SLOW, DYING)
CHANCES = {
    "throttle": (0.02, 0.3),
    "lose": (0.01, 0.1),
    "die": (0.01, 0.05),
    "pause": (0.005, 0.05),
    "stale": (0.1, 0.7),
    "drop": (0.2, 1.0),
    "repeat": (0.3, 0.3),
    "delay": (0.3, 0.9),
    "undo": (0.2, 0.6),
    "stop": (0.05, 0.2),
    "patch": (0.02, 0.1),
}


def random_story(seed: int) -> Story:
    """A plot by chance: which troubles there are at all is drawn first, then how often."""
    chance = Random(seed)  # noqa: S311  a seeded history, no secret
    often = chance.choice((0.0, 0.3, 0.3, 0.4, 0.6))
    drawn = {
        fault.name: chance.choice(CHANCES[fault.name])
        for fault in fields(Faults)
        if chance.random() < often
    }
    acts = sorted((*_uploads(chance), *_people(chance)), key=lambda act: act.at)
    return Story(
        name=f"seed {seed}",
        acts=acts,
        durations=_durations(chance, slow="stale" in drawn),
        faults=Faults(**drawn),
        until=acts[-1].at + chance.choice((60.0, 900.0)),
    )


def _durations(chance: Random, *, slow: bool) -> Durations:
    """How long things take: longer than reads may be stale, if they may."""
    change = (20.0, 60.0, 400.0) if slow else (0.3, 20.0, 60.0, 400.0)
    return Durations(
        creating=chance.choice(change),
        updating=chance.choice(change),
        rolling_back=chance.choice((6.0, 60.0)),
        deleting=chance.choice((6.0, 30.0)),
        config_visible=chance.choice((0.0, 0.0, 3.0, 15.0)),
        reason_kept=chance.choice((0.0, 30.0, float("inf"), float("inf"))),
    )


def _uploads(chance: Random) -> list[Act]:
    acts, at = [], 10.0
    for number in range(chance.randint(1, 5)):
        same = chance.random() < 0.2
        kind = GOOD if same else chance.choice(KINDS)
        acts.append(
            upload(at, kind, 0 if same else number + 1, chance.choice((KEY, KEY, OTHER_KEY)))
        )
        at += chance.choice((0.3, 5.0, 40.0, 300.0, 1000.0)) * chance.uniform(0.5, 1.5)
    return acts


def _people(chance: Random) -> list[Act]:
    acts = []
    if chance.random() < 0.4:
        texts = (MANUAL, MANUAL, LARGER, BROKEN, WATCHED, CANARY)
        acts.append(manifest(5.0, chance.choice(texts)))
    elif chance.random() < 0.4:
        acts.append(cured(5.0, *chance.sample(CURES, chance.randint(1, 3))))
    for what, often in (
        ("manifest", 0.3),
        ("approve", 0.5),
        ("approve", 0.5),
        ("reject", 0.2),
        ("reject", 0.1),
        ("discard", 0.05),
        ("baseline", 0.4),
        ("unwatch", 0.1),
        ("edit", 0.15),
        ("edit", 0.1),
        ("delete", 0.15),
        ("stop", 0.1),
        ("lose", 0.15),
        ("lose", 0.1),
        ("ring", 0.1),
        ("ring", 0.1),
        ("hush", 0.2),
    ):
        if chance.random() < often:
            at = chance.uniform(20.0, 3000.0)
            if what == "manifest":
                texts = (MANUAL, AUTOMATIC, LARGER, FASTER, BROKEN, WATCHED, RARELY, CANARY)
                acts.append(manifest(at, chance.choice(texts)))
            elif what == "baseline":
                kind = chance.choice((ROWS, ROWS, ROWS, EMPTY))
                acts.append(baseline(at, kind, chance.randint(1, 9)))
            else:
                named = {"edit": ("by hand", "0", "1"), "lose": LOSABLE}
                hows = {**named, "ring": (GUARD, ALARM), "hush": (GUARD, ALARM)}.get(what, ("",))
                acts.append(Act(at, what, how=chance.choice(hows)))
    if chance.random() < 0.15:
        at = chance.uniform(20.0, 3000.0)
        acts.append(Act(at, "ask", how=chance.choice(("delete", "delete", "purge"))))
    return acts


def quiet(story: Story) -> Story:
    """The same plot without faults."""
    return replace(story, faults=Faults())
