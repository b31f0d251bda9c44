"""Runs of a batch deployment, over ports in memory."""

import json
from collections.abc import Callable
from contextlib import suppress

import pytest
from slipway import outcome
from slipway.domain import rerunning
from slipway.domain.batch import Run
from slipway.domain.errors import InvalidInput, LookAgain, Refused
from slipway.domain.steps import Verdict
from slipway.domain.wish import Delete, Rollback, RunNow
from slipway.looking import look
from slipway.release import announce, decide_release
from slipway.running import run_batch

from tests.core.conftest import DATA, Advance, Archive, House

IMAGE = "image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1\n"
BATCH = f"{IMAGE}target: {{type: batch}}\n"
ROWS = b"1,2\n3,4\n"


@pytest.fixture
def push(house: House, archive: Archive) -> Callable[[str, bytes], None]:
    """Upload a manifest and a model."""

    def pushing(manifest: str = BATCH, weights: bytes = b"0.5") -> None:
        house.bucket.upload("models/h/slipway.yaml", manifest.encode())
        house.bucket.upload("models/h/model.tar.gz", archive({"weights.txt": weights}))

    return pushing


Push = Callable[..., None]


def drop(house: House, name: str, content: bytes = ROWS) -> None:
    """Upload an input."""
    house.bucket.upload(f"batches/h/in/{name}", content)


def run_of(house: House, number: int = 1) -> Run:
    """A run as the ledger has it."""
    return next(run for run in house.ports.ledger.load("h").runs.last if run.number == number)


def settle(house: House, advance: Advance, execution: str = "one") -> None:
    """Release until nothing is owed, letting jobs end as they begin."""
    for number in range(10):
        for job in house.transforms.made:
            house.transforms.finish(job)
        with suppress(LookAgain):
            announce(house.ports, advance("Announce", f"{execution}-{number}"))
        over = house.transforms.over.keys() >= house.transforms.made.keys()
        if over and look(house.ports, house.ports.ledger.load("h")).converged:
            return
    raise AssertionError("it never comes to rest")


def begin(house: House, advance: Advance) -> None:
    """Release, and begin the first run."""
    with pytest.raises(LookAgain):
        announce(house.ports, advance("Announce"))
    advance("Announce")


@pytest.fixture
def ran(house: House, push: Push, advance: Advance) -> House:
    """The house with a batch deployment that has run once, over `a.csv` and `b/c.csv`."""
    push()
    drop(house, "a.csv")
    drop(house, "b/c.csv")
    settle(house, advance)
    return house


class TestProof:
    def test_a_version_answers_a_sample_of_the_input_before_it_runs(self, ran: House) -> None:
        proof, run = ran.transforms.made.values()
        assert "/proofs/" in proof.input
        assert run.input.endswith("runs/1/input.manifest")
        told = ran.announcements.told[-1].reason
        assert "a sample of c.csv was answered" in told
        assert ", by a job of 60 s on ml.m5.large" in told

    def test_one_that_does_not_never_runs(self, ran: House, push: Push, advance: Advance) -> None:
        push(weights=b"0.7")
        advance("RunBatch", "two")
        model = look(ran.ports, ran.ports.ledger.load("h")).plan
        assert model is not None
        ran.transforms.broken.add(model.models[0].name)
        drop(ran, "d.csv")
        settle(ran, advance, "three")
        told = ran.announcements.told[-1]
        assert told.verdict == Verdict.HELD
        assert "Bad HTTP status" in told.reason
        assert told.reason.endswith("runs go on with version 1")
        assert run_of(ran, 2).version == "version 1"

    def test_without_anything_to_ask_it_is_not_called_probed(
        self, house: House, push: Push, advance: Advance
    ) -> None:
        push()
        settle(house, advance)
        assert "; not probed: " in house.announcements.told[-1].reason
        assert not house.transforms.made

    def test_a_golden_request_is_asked_as_it_is(
        self, house: House, push: Push, advance: Advance
    ) -> None:
        house.bucket.upload("models/h/request.json", b'{"instances": [[1, 2]]}')
        push(f"{BATCH}batch: {{input_filter: '$[1:]', split: Line, join: Input}}\n")
        settle(house, advance)
        (proof,) = house.transforms.made.values()
        asked = proof.transform
        assert (asked.content_type, asked.split, asked.join) == ("application/json", "None", None)


class TestRuns:
    def test_what_has_arrived_is_read_once_and_told_once(
        self, ran: House, advance: Advance
    ) -> None:
        settle(ran, advance, "again")
        run = run_of(ran)
        assert (run.status, run.rows_in, run.rows_out, run.objects) == ("Completed", 4, 4, 2)
        assert [subject for _, subject, _ in ran.announcements.drifts] == ["h: run 1 Completed"]
        assert [kind for kind, _ in ran.bus.events] == ["Batch Run"]

    def test_beside_the_output_is_what_it_was(self, ran: House) -> None:
        _, document = ran.bucket.answers["batches/h/out/1/run.json"]
        found = json.loads(document)
        assert (found["version"], found["status"]) == ("version 1", "Completed")
        assert found["input"].endswith("batches/h/runs/1/input.manifest")

    def test_what_arrives_meanwhile_is_the_next_run(
        self, house: House, push: Push, advance: Advance
    ) -> None:
        push()
        drop(house, "a.csv")
        begin(house, advance)
        drop(house, "late.csv")
        drop(house, "a.csv", b"5,6\n")
        settle(house, advance, "two")
        assert (run_of(house, 1).objects, run_of(house, 2).objects) == (1, 2)

    def test_an_object_that_fails_is_told_and_can_be_run_alone(
        self, ran: House, advance: Advance
    ) -> None:
        drop(ran, "bad.csv", b"1,bad\n")
        drop(ran, "good.csv")
        settle(ran, advance, "two")
        run = run_of(ran, 2)
        assert run.status == "Failed"
        assert run.reason.startswith("1 of 2 objects were not answered: bad.csv; AlgorithmError: ")
        assert "no number" in run.reason
        uri = "s3://bucket/batches/h/failed/2.manifest"
        assert f"`slipway batch h {uri}` runs just those" in run.reason
        drop(ran, "bad.csv")
        decide_release(ran.ports, "h", "wish", RunNow(input=uri))
        settle(ran, advance, "three")
        assert (run_of(ran, 3).objects, run_of(ran, 3).status) == (1, "Completed")

    def test_all_or_nothing_keeps_nothing(self, house: House, push: Push, advance: Advance) -> None:
        push(f"{BATCH}batch: {{keep: nothing}}\n")
        drop(house, "a.csv")
        drop(house, "bad.csv", b"1,bad\n")
        house.bucket.upload("models/h/request.csv", ROWS)
        settle(house, advance)
        assert "the other outputs were deleted" in run_of(house).reason
        kept = [key for key in house.bucket.answers if key.startswith("batches/h/out/")]
        assert kept == ["batches/h/out/1/run.json"]

    @pytest.mark.parametrize(
        ("failures", "jobs", "status"), [(2, 3, "Completed"), (3, 3, "Failed")]
    )
    def test_what_the_service_failed_at_is_tried_again(
        self, ran: House, advance: Advance, failures: int, jobs: int, status: str
    ) -> None:
        before = len(ran.transforms.made)
        ran.transforms.failures += ["InternalServerError: We encountered an error"] * failures
        drop(ran, "d.csv")
        settle(ran, advance, "two")
        assert len(ran.transforms.made) - before == jobs
        assert run_of(ran, 2).status == status

    def test_a_run_that_was_begun_without_its_job_gets_it(
        self, ran: House, advance: Advance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drop(ran, "d.csv")
        task = advance("RunBatch", "two")
        with monkeypatch.context() as patched:
            patched.setattr(ran.transforms, "create", _killed)
            with pytest.raises(KeyboardInterrupt):
                run_batch(ran.ports, task)
        settle(ran, advance, "three")
        assert [run.number for run in ran.ports.ledger.load("h").runs.last] == [2, 1]
        assert run_of(ran, 2).status == "Completed"

    def test_a_run_whose_list_somebody_deleted_ends_all_the_same(
        self, house: House, push: Push, advance: Advance
    ) -> None:
        push()
        drop(house, "a.csv")
        begin(house, advance)
        for job in house.transforms.made:
            house.transforms.finish(job)
        house.bucket.answers.pop("batches/h/runs/1/input.manifest")
        settle(house, advance, "two")
        assert run_of(house).reason.startswith("what it read is not known any more: ")

    def test_what_the_service_refuses_is_the_runs_end(
        self, ran: House, advance: Advance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ran.transforms, "create", _refused)
        drop(ran, "d.csv")
        settle(ran, advance, "two")
        assert run_of(ran, 2).reason == "refused: DataProcessing: no"


class TestBilled:
    def test_what_all_instances_took_is_told(
        self, house: House, push: Push, advance: Advance
    ) -> None:
        push(f"{IMAGE}target: {{type: batch, instance_count: 3}}\n")
        drop(house, "a.csv")
        settle(house, advance)
        _, document = house.bucket.answers["batches/h/out/1/run.json"]
        assert json.loads(document)["billed"] == 3 * 60

    def test_jobs_that_the_service_failed_at_are_billed_too(
        self, ran: House, advance: Advance
    ) -> None:
        ran.transforms.failures += ["InternalServerError: We encountered an error"] * 2
        drop(ran, "d.csv")
        settle(ran, advance, "two")
        assert run_of(ran, 2).billed == 3 * 60

    def test_a_job_that_was_never_made_costs_nothing(
        self, ran: House, advance: Advance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ran.transforms, "create", _refused)
        drop(ran, "d.csv")
        settle(ran, advance, "two")
        assert run_of(ran, 2).billed == 0


class TestSuspicious:
    ROWS = b"".join(b"%d,2\n" % number for number in range(12))

    def test_answers_that_are_all_the_same_are_told(self, ran: House, advance: Advance) -> None:
        drop(ran, "d.csv", self.ROWS)
        settle(ran, advance, "two")
        assert run_of(ran, 2).status == "Completed"
        assert run_of(ran, 2).reason.endswith("12 rows in and out; all 12 answers are 0.5")

    def test_answers_to_one_and_the_same_question_are_not(
        self, ran: House, advance: Advance
    ) -> None:
        drop(ran, "d.csv", b"1,2\n" * 12)
        settle(ran, advance, "two")
        assert run_of(ran, 2).reason == "1 of 1 objects were answered, 12 rows in and out"

    def test_of_joined_rows_the_answers_are_looked_at(
        self, house: House, push: Push, advance: Advance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        push(f"{BATCH}batch: {{join: Input}}\n")
        drop(house, "a.csv", self.ROWS)
        monkeypatch.setattr(house.transforms, "row", lambda line: line.strip() + b",0.5\n")
        settle(house, advance)
        assert run_of(house).reason.endswith("all 12 answers end in 0.5")

    def test_what_would_take_too_many_requests_is_not_counted(
        self, ran: House, advance: Advance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(outcome, "MOST_OBJECTS", 1)
        drop(ran, "d.csv")
        drop(ran, "e.csv")
        settle(ran, advance, "two")
        assert (run_of(ran, 2).rows_in, run_of(ran, 2).rows_out) == (None, None)
        assert run_of(ran, 2).reason.endswith("2 of 2 objects were answered; " + outcome.TOO_MANY)

    def test_an_output_without_anything_in_it_is_told(
        self, ran: House, advance: Advance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ran.transforms, "row", lambda _: b"")
        drop(ran, "d.csv")
        settle(ran, advance, "two")
        assert run_of(ran, 2).status == "Completed"
        assert run_of(ran, 2).reason.endswith("but 2 rows in, 0 out; empty: d.csv.out")


class TestDue:
    def test_a_schedule_s_moment_is_one_run(
        self, house: House, push: Push, advance: Advance
    ) -> None:
        push(f"{BATCH}batch: {{every: 24h}}\n")
        drop(house, "a.csv")
        settle(house, advance)
        (timer,) = house.timers.made.values()
        assert (timer.name, timer.expression) == ("slipway-h.batch", "cron(0 0 * * ? *)")
        assert not house.ports.ledger.load("h").runs.last
        for execution in ("tick", "tock"):
            decide_release(house.ports, "h", execution, RunNow(due="2026-11-27T00:00:00Z"))
            settle(house, advance, execution)
        assert [run.due.id for run in house.ports.ledger.load("h").runs.last] == [
            "2026-11-27T00:00:00Z"
        ]

    def test_a_moment_at_which_nothing_has_arrived_is_no_run(
        self, ran: House, advance: Advance
    ) -> None:
        decide_release(ran.ports, "h", "tick", RunNow(due="2026-11-27T00:00:00Z"))
        settle(ran, advance, "two")
        record = ran.ports.ledger.load("h")
        assert [run.number for run in record.runs.last] == [1]
        assert not record.runs.due

    def test_all_there_is_is_read_again_where_the_manifest_says(
        self, ran: House, push: Push, advance: Advance
    ) -> None:
        push(f"{BATCH}batch: {{every: 1h, inputs: all}}\n")
        settle(ran, advance, "two")
        decide_release(ran.ports, "h", "tick", RunNow(due="2026-11-27T00:00:00Z"))
        settle(ran, advance, "three")
        assert run_of(ran, 2).objects == 2

    def test_what_nobody_wants_to_be_timed_is_not(
        self, house: House, push: Push, advance: Advance
    ) -> None:
        push(f"{BATCH}batch: {{every: 24h}}\n")
        settle(house, advance)
        push()
        settle(house, advance, "two")
        assert not house.timers.made

    def test_input_of_somebody_else_is_refused(self, ran: House) -> None:
        with pytest.raises(InvalidInput, match="is not below s3://bucket/batches/h/"):
            decide_release(ran.ports, "h", "wish", RunNow(input="s3://bucket/batches/other/in/"))

    def test_an_endpoint_runs_nothing(self, house: House, push: Push, advance: Advance) -> None:
        push(IMAGE)
        settle(house, advance)
        with pytest.raises(InvalidInput, match="no batch deployment"):
            decide_release(house.ports, "h", "wish", RunNow())


class TestDrift:
    MANIFEST = f"{BATCH}capture: {{percentage: 100}}\nmonitor: {{every: 1h, on_violation: hold}}\n"

    def test_what_a_run_answered_is_kept_as_captures_are(
        self, house: House, push: Push, advance: Advance
    ) -> None:
        house.bucket.upload("models/h/baseline.csv", DATA)
        push(self.MANIFEST)
        drop(house, "a.csv", b"1,2\n" * 150)
        settle(house, advance)
        files = house.monitored.files.items()
        ((key, content),) = [found for found in files if found[0].startswith("capture/")]
        assert key.startswith("capture/slipway-h/AllTraffic/")
        assert key.endswith("/run-1.jsonl")
        records = [json.loads(line)["captureData"] for line in content.splitlines()]
        asked = [len(each["endpointInput"]["data"].splitlines()) for each in records]
        assert asked == [100, 50]
        assert records[1]["endpointOutput"]["data"].splitlines() == ["0.5"] * 50

    @pytest.mark.parametrize(
        "manifest",
        [BATCH, f"{BATCH}capture: {{percentage: 100}}\nbatch: {{join: Input}}\n"],
        ids=["nobody asks for it", "the output is more than an answer"],
    )
    def test_nothing_else_is(
        self, house: House, push: Push, advance: Advance, manifest: str
    ) -> None:
        push(manifest)
        drop(house, "a.csv")
        settle(house, advance)
        assert run_of(house).status == "Completed"
        assert not house.monitored.files


class TestEnds:
    def test_a_run_under_way_is_stopped_before_its_deployment_goes(
        self, house: House, push: Push, advance: Advance
    ) -> None:
        push(f"{BATCH}batch: {{on: upload, every: 24h}}\n")
        drop(house, "a.csv")
        begin(house, advance)
        decide_release(house.ports, "h", "go", Delete())
        settle(house, advance, "two")
        record = house.ports.ledger.load("h")
        assert record.is_deleted
        assert run_of(house).told
        assert not house.timers.made
        assert not house.cloud.service.account.models

    def test_a_version_that_was_rolled_back_from_starts_no_run(
        self, ran: House, push: Push, advance: Advance
    ) -> None:
        push(weights=b"0.7")
        settle(ran, advance, "two")
        decide_release(ran.ports, "h", "back", Rollback())
        drop(ran, "d.csv")
        settle(ran, advance, "three")
        assert run_of(ran, 2).version == "version 1"
        assert "as release 1 did" in ran.announcements.told[-1].reason

    def test_what_a_withdrawn_version_answered_is_answered_again_once(
        self, ran: House, push: Push, advance: Advance
    ) -> None:
        push(weights=b"0.7")
        settle(ran, advance, "two")
        drop(ran, "d.csv")
        settle(ran, advance, "three")
        for execution in ("back", "again"):
            decide_release(ran.ports, "h", execution, Rollback(to=1, rerun=True))
            settle(ran, advance, execution)
        first, wrong, right = reversed(ran.ports.ledger.load("h").runs.last)
        assert [first.version, wrong.version, right.version] == [
            "version 1",
            "version 2",
            "version 1",
        ]
        assert (right.input, right.status) == (wrong.input, "Completed")
        assert right.due.why == "run 2 again, as of release 1"

    def test_of_more_than_may_wait_the_others_are_told(
        self, ran: House, push: Push, advance: Advance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        push(weights=b"0.7")
        settle(ran, advance, "two")
        for name in ("d", "e"):
            drop(ran, f"{name}.csv")
            settle(ran, advance, name)
        monkeypatch.setattr(rerunning, "MOST_DUE", 1)
        decide_release(ran.ports, "h", "back", Rollback(rerun=True))
        settle(ran, advance, "back")
        assert run_of(ran, 4).due.why == "run 3 again, as of release 1"
        assert "too many are due for runs 2 to be so again" in ran.announcements.told[-1].reason

    def test_an_endpoint_has_no_runs_to_make_again(
        self, house: House, push: Push, advance: Advance
    ) -> None:
        push(IMAGE)
        settle(house, advance)
        with pytest.raises(InvalidInput, match="rerun: h is no batch deployment"):
            decide_release(house.ports, "h", "back", Rollback(rerun=True))

    def test_an_endpoint_does_not_become_a_batch_deployment(
        self, house: House, push: Push, advance: Advance
    ) -> None:
        push(IMAGE)
        settle(house, advance)
        push()
        settle(house, advance, "two")
        told = house.announcements.told[-1]
        assert told.verdict == Verdict.HELD
        assert "slipway-h serves requests" in told.reason


def _killed(_job: object) -> None:
    raise KeyboardInterrupt


def _refused(_job: object) -> None:
    raise Refused("DataProcessing: no")
