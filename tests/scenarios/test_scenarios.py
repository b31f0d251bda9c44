"""The decision as tables: what is given of the desired state, the world and the attempts, and
which rule then names which step.

What a scenario does not mention is in order: the artifact was inspected and has an image, its
version is approved, there is no endpoint, and nothing was tried. `wanted` stands for the config
that the desired state asks for; other configs go by their own names, and what serves of them
was asked by the probes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from slipway.domain import naming
from slipway.domain.alarms import Alarm, AlarmState, Metric, Sighting
from slipway.domain.attempts import Attempt, Attempts, Good
from slipway.domain.batch import BatchTarget
from slipway.domain.decide import BATCH, LEAVING, RULES, decide
from slipway.domain.desired import (
    Approval,
    Artifact,
    Asynchronous,
    ContainerPolicy,
    Desired,
    EndpointTarget,
    Monitor,
    OnChange,
    OnViolation,
    Policy,
    Runner,
    ServerlessTarget,
    VariantPolicy,
)
from slipway.domain.footprint import Footprint
from slipway.domain.known import Known
from slipway.domain.naming import Site, prefix_of
from slipway.domain.plan.endpoint import Plan, beside, plan, runs
from slipway.domain.probed import Probed, Probes
from slipway.domain.progress import Outcome, Progress
from slipway.domain.remedy import AlarmPolicy, Cure, Limit, Remedied
from slipway.domain.rollout import Guarded, Plain, Rollout, Size, Steps, Way
from slipway.domain.rules import remedy
from slipway.domain.rules import runs as runs_owe
from slipway.domain.rules import tasks as tasks_owe
from slipway.domain.rules.case import Case, Rule
from slipway.domain.rules.remedy import unless_an_alarm_rings
from slipway.domain.rules.runs import unless_a_run_is_owed
from slipway.domain.rules.tasks import unless_a_task_is_owed
from slipway.domain.scaling import Autoscaling, Scaled, Scaling, ScalingMetric
from slipway.domain.steps import (
    Announce,
    AwaitChange,
    BuildBaseline,
    CleanUp,
    DeployEndpoint,
    InspectArtifact,
    JudgeRollout,
    ProbeEndpoint,
    RegisterModel,
    Remedy,
    RunBatch,
    RunTask,
    ScaleEndpoint,
    Step,
    WatchEndpoint,
)
from slipway.domain.task import TaskPolicy
from slipway.domain.trouble import Trouble
from slipway.domain.watch import UNWATCHED, Schedule, Watch
from slipway.domain.wish import wish_of
from slipway.domain.world import (
    Baseline,
    Drift,
    Endpoint,
    EndpointStatus,
    Inspected,
    Kind,
    Package,
    PackageApproval,
    World,
)

from tests.scenarios import given_runs, given_tasks

Given = dict[str, Any]

SITE = Site("slipway", "bucket", "eu-west-1", "arn:aws:iam::111122223333:role/serve")
ARTIFACT = Artifact("bucket", "models/housing/m.tar.gz", "v2", 60.0, 1000)
DATA = Artifact("bucket", "models/housing/baseline.csv", "v1", 50.0, 1000)
GENERATION = 2
TARGETS = {
    "real-time": EndpointTarget(),
    "serverless": ServerlessTarget(),
    "asynchronous": EndpointTarget(asynchronous=Asynchronous()),
    "batch": BatchTarget(),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row: a name, what is given, and the rule, step and words expected."""

    name: str
    given: Given
    rule: str
    step: str
    reason: str = ""

    def case(self) -> Case:
        desired = _desired(self.given.get("desired", {}), self.given.get("deployment", "housing"))
        inspected = _inspected(self.given.get("inspected", {}), desired)
        plan = _plan(desired, inspected)
        world = World(
            inspected=inspected,
            packages=_packages(self.given.get("package", {}), plan),
            endpoint=_endpoint(self.given.get("endpoint"), plan),
            probes=_probes(self.given, plan),
            baseline=_baseline(self.given.get("baseline"), plan),
            watch=_watch(self.given, plan),
            watched=_watch_on_drift(self.given.get("watched", ""), plan),
            alarms=_alarms(self.given, plan),
            remedied=_remedied(self.given),
            at=self.given.get("at", 110.0),
            drift=_drift(self.given.get("drift")),
            unsettled=self.given.get("unsettled", False),
            missing=self.given.get("missing", ""),
            unpinned=self.given.get("unpinned", ""),
            troubles=_troubles(self.given.get("troubles", {}), plan),
            host=_host(self.given.get("host")),
            loader=(self.given["loader"], {}) if "loader" in self.given else None,
            revoked=frozenset(_config(name, plan) for name in self.given.get("revoked", [])),
            awaited=_config(self.given.get("awaited", ""), plan),
            scaling=_scaled(self.given.get("scaled", {})),
            footprints=_footprints(self.given, plan),
            purged=self.given.get("purged", False),
            deleted=self.given.get("deleted", False),
            progress=_progress(self.given.get("progress"), plan),
            judged_in=self.given.get("judged_in", 0.0),
            runs=given_runs.runs(self.given, lambda name: _config(name, plan)),
            job=given_runs.job(self.given),
            arrived=given_runs.arrived(self.given),
            withdrawn=frozenset(self.given.get("withdrawn", [])),
            tasks=given_tasks.tasks(self.given),
            task=given_tasks.task(self.given),
        )
        return Case(desired, world, _attempts(self.given, plan), plan)


def _read(path: Path) -> list[Scenario]:
    return [
        Scenario(row["name"], row["given"], **row["then"])
        for row in yaml.safe_load(path.read_text())
    ]


def _desired(given: Given, deployment: str = "housing") -> Desired:
    policy = Policy(
        approval=Approval(given.get("approval", "automatic")),
        image=given.get("image"),
        monitor=_monitor(given) if "monitor" in given else None,
        on_change=OnChange(given.get("on_change", "notify")),
        network_isolation=given.get("network_isolation", True),
        variants=_variants(given),
        many=given.get("many", False),
        rollout=_rollout(given),
        alarms=tuple(map(_policy, given.get("remedies", []))),
        target=TARGETS[given.get("kind", "real-time")],
        autoscaling=_autoscaling(given["scaling"]) if "scaling" in given else None,
        batch=given_runs.batch(given),
        task=TaskPolicy() if given.get("task") else None,
    )
    parts = {} if given.get("artifact") == "none" else _uploaded(given, policy)
    data = None if given.get("data") == "none" else DATA
    generation, problem = given.get("generation", GENERATION), given.get("problem")
    wish = wish_of(given["wish"]) if "wish" in given else None
    return Desired(deployment, generation, parts, policy, problem=problem, baseline=data, wish=wish)


def _autoscaling(most: int) -> Autoscaling:
    return Autoscaling(1, most, ScalingMetric.INVOCATIONS_PER_INSTANCE, 700)


def _scaled(given: Given) -> Scaling:
    """What is registered: variants with the most that each may have."""
    found = ((name, _autoscaling(most)) for name, most in given.items())
    return frozenset(Scaled("slipway-housing", name, how) for name, how in found)


def _variants(given: Given) -> tuple[VariantPolicy, ...]:
    """The parts of a pipeline, or the weights of variants that have a part each."""
    if "containers" in given:
        return (VariantPolicy(containers=tuple(map(ContainerPolicy, given["containers"]))),)
    weights: dict[str, float] = given.get("variants", {})
    several = (VariantPolicy(v, w, None, (ContainerPolicy(v),)) for v, w in weights.items())
    return tuple(several) or (VariantPolicy(),)


def _uploaded(given: Given, policy: Policy) -> dict[str, Artifact]:
    parts = given.get("uploaded", policy.parts)
    return {part: replace(ARTIFACT, key=f"{prefix_of('housing', part)}m.tar.gz") for part in parts}


def _monitor(given: Given) -> Monitor:
    runner = Runner(given.get("runner", "lambda"))
    return Monitor(on_violation=OnViolation(given["monitor"]), runner=runner)


def _baseline(given: Given | None, plan: Plan | None) -> Baseline | None:
    if given is None:
        return None
    folder = given.get("folder") or (plan.baseline if plan else "") or "a-folder"
    return Baseline(folder, refused=given.get("refused"))


def _policy(given: Given) -> AlarmPolicy:
    """An alarm on a metric or one of the user's, and what is done about it."""
    limit = Limit(given["alarm"], "Sum", 1.0, 3) if "alarm" in given else None
    cures = tuple(map(_cure, given["take"]))
    return AlarmPolicy(cures, limit, given.get("name", ""), most=given.get("most", 3))


def _cure(given: Given | str) -> Cure:
    if isinstance(given, dict):
        return Cure(remedy.Kind.START, target=given["start"])
    return Cure(remedy.Kind(given), up_to=3 if given == "scale_out" else 0)


def _remedied(given: Given) -> tuple[Remedied, ...]:
    return tuple(
        Remedied(
            alarm=f"slipway-housing.{row['alarm']}" if "." in row["alarm"] else row["alarm"],
            since=row.get("since", 90.0),
            cure=_cure(row["take"]),
            generation=row.get("generation", GENERATION),
            why="as it was",
            outcome=remedy.Outcome[row["outcome"]],
            at=row.get("at", 100.0),
            counts=(("AllTraffic", *row["counts"]),) if "counts" in row else (),
            told=row.get("told", True),
        )
        for row in given.get("remedied", [])
    )


def _rollout(given: Given) -> Rollout:
    if "steps" in given:
        return Steps(tuple(given["steps"]))
    row = given.get("rollout", "all_at_once")
    if row == "all_at_once":
        return Plain.ALL_AT_ONCE
    way, size = (row["way"], row["size"]) if isinstance(row, dict) else (row, 10)
    return Guarded(Way(way), Size(size), alarms=tuple(given.get("alarms", ())))


def _alarms(given: Given, plan: Plan | None) -> tuple[Sighting, ...]:
    """The states that are given; the guards are there and OK where any are given at all."""
    told: dict[str, str] | None = given.get("alarms")
    guards = _own(plan) if told is not None else {}
    own = {f"slipway-housing.{name}": state for name, state in (told or {}).items() if "." in name}
    theirs = {name: state for name, state in (told or {}).items() if "." not in name}
    states = {**dict.fromkeys(guards, "OK"), **own, **theirs}
    return tuple(
        Sighting(name, AlarmState("OK" if state == "edited" else state), 90.0, f"{state} as it was")
        for name, state in states.items()
        if state != "gone"
    )


def _own(plan: Plan | None) -> dict[str, Alarm]:
    """The alarms that are wanted, but for that on drift."""
    found = (part for part in (plan.watch if plan else ()) if isinstance(part, Alarm))
    return {alarm.name: alarm for alarm in found if "." in alarm.name}


def _watch(given: Given, plan: Plan | None) -> Watch:
    """What watches for drift, and the guards as they are found."""
    states: dict[str, str] = given.get("alarms", {})
    found = _own(plan) if "alarms" in given else {}
    for name in (f"slipway-housing.{name}" for name in states if "." in name):
        found.setdefault(name, Alarm(name, "", Metric("", "", "", ()), 1.0, 60))
    kept = {f"slipway-housing.{name}": state for name, state in states.items()}
    guards = (
        replace(alarm, period=0) if kept.get(name) == "edited" else alarm
        for name, alarm in found.items()
        if kept.get(name) != "gone"
    )
    return _watch_on_drift(given.get("watch", ""), plan) | frozenset(guards)


def _watch_on_drift(given: str, plan: Plan | None) -> Watch:
    wanted = plan.watch - set(_own(plan).values()) if plan else UNWATCHED
    edited = Schedule(Runner.LAMBDA, "slipway-housing", "housing", "slipway-housing", "", 0)
    return {
        "": UNWATCHED,
        "wanted": wanted,
        "edited": frozenset({edited}),
        "without alarm": frozenset(part for part in wanted if isinstance(part, Schedule)),
    }[given]


def _troubles(given: Given, plan: Plan | None) -> tuple[Trouble, ...]:
    named = ((*step.rpartition(" "), reason) for step, reason in given.items())
    steps = ((f"{noun} {_config(of, plan)}" if noun else of, why) for noun, _, of, why in named)
    return tuple(Trouble(GENERATION, step, reason, 1, 1e9) for step, reason in steps)


def _drift(given: Given | None) -> Drift | None:
    if given is None:
        return None
    return Drift(GENERATION, "2026/11/22/10", "violations", 3, given["since"], told=True)


def _inspected(given: Given | str, desired: Desired) -> tuple[Inspected, ...]:
    """What is known of each part: what is given of all, and of the part of its name."""
    if isinstance(given, str):
        return ()
    parts = {name: found for name, found in desired.parts.items() if name != given.get("but")}
    return tuple(_file({**given, **given.get(name, {})}, found) for name, found in parts.items())


def _file(given: Given, uploaded: Artifact) -> Inspected:
    artifact = replace(uploaded, version_id="v1") if "of" in given else uploaded
    image = None if "no_image" in given else given.get("image", "an-image")
    return Inspected(
        artifact,
        sha256=naming.digest({"key": artifact.key}),
        refused=given.get("refused"),
        image=image,
        no_image=given.get("no_image"),
        known=_known(given),
        fetched=tuple(given.get("fetched", ())),
        waits=given.get("waits", ""),
    )


def _plan(desired: Desired, inspected: Sequence[Inspected]) -> Plan | None:
    return plan(desired, inspected, SITE) if runs(desired, inspected) else None


def _packages(given: Given | str, plan: Plan | None) -> tuple[Package, ...]:
    if isinstance(given, str) or plan is None:
        return ()
    approval = PackageApproval(given.get("approval", "Approved"))
    keys = [given["key"]] if "key" in given else plan.package_keys
    return tuple(Package(key, "an-arn", approval) for key in keys)


def _config(name: str, plan: Plan | None) -> str:
    """The name of a config; `trial` is what is wanted beside what was released as `previous`."""
    if plan and name == "trial":
        return beside(_of_other_bytes(plan, "previous"), plan).config
    return plan.config if plan and name == "wanted" else name


def _progress(given: Given | None, plan: Plan | None) -> Progress | None:
    if given is None:
        return None
    outcome = Outcome(given["outcome"]) if "outcome" in given else None
    told = {key: given[key] for key in ("step", "began", "reason") if key in given}
    generation, config = given.get("generation", GENERATION), plan.config if plan else ""
    return Progress(generation, config, outcome=outcome, **told)


def _endpoint(given: Given | None, plan: Plan | None) -> Endpoint | None:
    if given is None:
        return None
    return Endpoint(
        name="slipway-housing",
        status=EndpointStatus(given.get("status", "InService")),
        config=_config(given["config"], plan),
        modified_at=given.get("modified_at", 100),
        failure=given.get("failure", ""),
        pending=given.get("pending", False),
        weights=given.get("weights", {}),
        counts=given.get("counts", {}),
        kind=Kind(given.get("kind", "real-time")),
    )


def _host(status: str | None) -> Endpoint | None:
    return Endpoint("slipway-housing", EndpointStatus(status), "", 100) if status else None


def _probes(given: Given, plan: Plan | None) -> Probes:
    """The verdicts that are given; and what serves besides the wanted config was asked."""
    rows = given.get("probed") or []
    told = [_probed(row, plan) for row in (rows if isinstance(rows, list) else [rows])]
    live, generation = given.get("endpoint"), given.get("desired", {}).get("generation", GENERATION)
    named = {probed.config for probed in told}
    if live and given.get("asked", True) and live["config"] not in ("wanted", *named):
        config = _config(live["config"], plan)
        told.append(Probed(generation, config, passed=True, reason="as it was"))
    return Probes(tuple(told))


def _probed(given: Given, plan: Plan | None) -> Probed:
    config = _config(given.get("of", "wanted"), plan)
    generation, count = given.get("generation", GENERATION), given.get("count", 1)
    return Probed(generation, config, given["passed"], given.get("reason", "as it was"), count)


def _footprints(given: Given, plan: Plan | None) -> tuple[Footprint, ...]:
    made: dict[str, list[str]] = given.get("footprints", {})
    return tuple(Footprint(_config(name, plan), tuple(models)) for name, models in made.items())


def _attempts(given: Given, plan: Plan | None) -> Attempts:
    made = tuple(_attempt(row, plan) for row in given.get("attempts", []))
    good = (_good(row, plan) for row in given.get("good", []))
    known = tuple(_good(row, plan) for row in given.get("deployed", []))
    return Attempts(made, tuple(good), known).judged(_endpoint(given.get("endpoint"), plan))


def _good(given: Given | str, plan: Plan | None) -> Good:
    """What was released, by its name; or with what is known of it."""
    row = {"of": given} if isinstance(given, str) else given
    config = _config(row["of"], plan)
    base = plan or _plan(_desired({}), _inspected({}, _desired({})))
    assert base is not None
    if row["of"] == "trial":
        made = beside(_of_other_bytes(base, "previous"), base)
        return Good(config, ("package/1", "package/2"), made, (), proven=False)
    kin = row.get("kin") or config == base.config
    made = replace(base, config=config) if kin else _of_other_bytes(base, config)
    made = _on(made, row["type"]) if "type" in row else made
    package = f"package/{row['version']}" if "version" in row else f"package of {row['of']}"
    file = Inspected(ARTIFACT, known=_known(row))
    return Good(config, (package,), made, (file,), row.get("proven", True))


def _on(made: Plan, instance_type: str) -> Plan:
    target = EndpointTarget(instance_type=instance_type)
    return replace(made, variants=tuple(replace(v, target=target) for v in made.variants))


def _of_other_bytes(base: Plan, config: str) -> Plan:
    (variant,) = base.variants
    model = replace(variant.model, package_key=config)
    return replace(base, config=config, variants=(replace(variant, model=model),))


def _known(given: Given) -> Known:
    lists = {name: tuple(given.get(name, ())) for name in ("names", "labels")}
    known = {name: given[name] for name in ("features", "classes", "answers") if name in given}
    return Known(**known, **lists)


def _attempt(given: Given, plan: Plan | None) -> Attempt:
    named = {key: value for key, value in given.items() if key != "to"}
    defaults = {"generation": GENERATION, "number": 1, "found_at": None}
    return Attempt(config=_config(given["to"], plan), **{**defaults, **named})


def _told_change(step: WatchEndpoint | ScaleEndpoint) -> str:
    if isinstance(step, WatchEndpoint):
        return f"WatchEndpoint {step.change}"
    kept = sorted(f"{each.variant} {each.how.most}" for each in step.wanted)
    return f"ScaleEndpoint {step.change} to {', '.join(kept) or 'none'}"


def _told(step: Step, case: Case) -> str:
    """The step as the tables write it."""
    match step:
        case DeployEndpoint(change=change, config=config, guarded=guarded):
            told = f"DeployEndpoint {change} to {config}{_by(guarded)}"
        case ProbeEndpoint(config=config):
            told = f"ProbeEndpoint {config}"
        case AwaitChange(timeout=timeout):
            told = f"AwaitChange {timeout}"
        case Announce(verdict=verdict, config=config):
            told = " serving ".join(filter(None, (f"Announce {verdict}", config)))
        case WatchEndpoint() | ScaleEndpoint():
            told = _told_change(step)
        case CleanUp() | Remedy() | RunBatch() | RunTask():
            told = _told_more(step)
        case InspectArtifact() | RegisterModel() | BuildBaseline() | JudgeRollout():
            told = type(step).__name__
    single = case.plan is not None and len(case.plan.variants) == 1
    trial = _config("trial", case.plan) if single else "trial"
    return told.replace(case.wanted or "wanted", "wanted").replace(trial, "trial")


def _by(guarded: Guarded | None) -> str:
    return f", {guarded.words}" if guarded else ""


def _told_more(step: CleanUp | Remedy | RunBatch | RunTask) -> str:
    if isinstance(step, RunBatch | RunTask):
        return f"{type(step).__name__} {step.deed} {step.due}"
    if isinstance(step, CleanUp):
        gone = ", ".join("+".join((each.config, *each.models)) for each in step.footprints)
        return f"CleanUp {gone}{'' if step.purge is None else ' and the rest'}"
    entry = step.entry
    alarm = entry.alarm.removeprefix("slipway-housing.")
    scaled = [f", {before} to {after}" for _, before, after in entry.counts]
    return f"Remedy {step.care} {entry.cure.words} {alarm}{''.join(scaled)}"


def _first(rules: Sequence[Rule], case: Case) -> Step:
    return next(step for rule in rules if (step := rule(case)) is not None)


def _rules(case: Case) -> Sequence[Rule]:
    if case.desired.leaves:
        return LEAVING
    return BATCH if case.desired.is_batch else RULES


def _fires(case: Case) -> str:
    """The rule that names the step: of those about runs, tasks and alarms where one of them
    does."""
    first = next(rule for rule in _rules(case) if rule(case) is not None)
    step = first(case)
    assert step is not None
    ran = unless_a_task_is_owed(case, unless_a_run_is_owed(case, step))
    owed = unless_an_alarm_rings(case, ran)
    chapters = (*runs_owe.RULES, *tasks_owe.RULES, *remedy.RULES)
    found = (rule.__name__ for rule in chapters if rule(case) == owed)
    return first.__name__ if owed == step else next(found)


SCENARIOS = [
    scenario for path in sorted(Path(__file__).parent.glob("*.yaml")) for scenario in _read(path)
]
BY_NAME = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@BY_NAME
def test_the_decision(scenario: Scenario) -> None:
    case = scenario.case()
    step = decide(case.desired, case.world, case.attempts, case.plan)
    assert (_fires(case), _told(step, case)) == (scenario.rule, scenario.step)
    assert scenario.reason in step.reason


def test_every_rule_has_a_scenario() -> None:
    named = {scenario.rule for scenario in SCENARIOS}
    late = (*runs_owe.RULES, *tasks_owe.RULES, *remedy.RULES)
    chapters = (*RULES, *BATCH, *LEAVING, *late)
    assert named == {rule.__name__ for rule in chapters}


def test_every_scenario_has_a_name_of_its_own() -> None:
    assert [name for name, count in Counter(s.name for s in SCENARIOS).items() if count > 1] == []


# Of artifacts as of an endpoint's.
FILES = [rule for rule in BATCH if rule not in RULES]


@pytest.mark.parametrize(
    "spared", [*RULES[:-1], *FILES[:-1], *LEAVING[:-1]], ids=lambda rule: rule.__name__
)
def test_no_rule_can_be_spared(spared: Rule) -> None:
    """Without the rule, at least one of the scenarios that name it comes out differently."""
    cases = [s.case() for s in SCENARIOS if s.rule == spared.__name__]
    rests = [(case, [rule for rule in _rules(case) if rule is not spared]) for case in cases]
    assert any(_first(rest, case) != _first(_rules(case), case) for case, rest in rests)


@pytest.mark.parametrize("spared", runs_owe.RULES, ids=lambda rule: rule.__name__)
def test_no_rule_about_runs_can_be_spared(spared: Rule) -> None:
    cases = [s.case() for s in SCENARIOS if s.rule == spared.__name__]
    rest = [rule for rule in runs_owe.RULES if rule is not spared]
    steps = [(case, _first(_rules(case), case)) for case in cases]
    with patch.object(runs_owe, "RULES", rest):
        without = [unless_a_run_is_owed(case, step) for case, step in steps]
    assert without != [unless_a_run_is_owed(case, step) for case, step in steps]


@pytest.mark.parametrize("spared", tasks_owe.RULES, ids=lambda rule: rule.__name__)
def test_no_rule_about_tasks_can_be_spared(spared: Rule) -> None:
    cases = [s.case() for s in SCENARIOS if s.rule == spared.__name__]
    rest = [rule for rule in tasks_owe.RULES if rule is not spared]
    steps = [(case, _first(_rules(case), case)) for case in cases]
    with patch.object(tasks_owe, "RULES", rest):
        without = [unless_a_task_is_owed(case, step) for case, step in steps]
    assert without != [unless_a_task_is_owed(case, step) for case, step in steps]


@pytest.mark.parametrize("spared", remedy.RULES, ids=lambda rule: rule.__name__)
def test_no_rule_about_alarms_can_be_spared(spared: Rule) -> None:
    cases = [s.case() for s in SCENARIOS if s.rule == spared.__name__]
    rest = [rule for rule in remedy.RULES if rule is not spared]
    steps = [(case, next(s for rule in _rules(case) if (s := rule(case)))) for case in cases]
    with patch.object(remedy, "RULES", rest):
        without = [unless_an_alarm_rings(case, step) for case, step in steps]
    assert without != [unless_an_alarm_rings(case, step) for case, step in steps]
