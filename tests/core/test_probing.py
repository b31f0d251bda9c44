"""Probes as they are sent and judged: the manifest's, and those that a release makes of its own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from slipway.domain.attempts import Attempts, Good
from slipway.domain.desired import Artifact, Desired, Expectation, Monitor, Policy, ProbeRequest
from slipway.domain.known import Known
from slipway.domain.probed import Probed
from slipway.domain.record import Record
from slipway.domain.world import Inspected
from slipway.ports import Ports, Reply, Request
from slipway.probing import probe_config

from tests.core.conftest import SITE
from tests.simulation.fakes import MemoryBucket, MemoryMonitored
from tests.simulation.scheduler import Scheduler

ARTIFACT = Artifact("bucket", "models/h/model.tar.gz", "v1", 1.0, 10)
INSPECTED = Inspected(ARTIFACT, sha256="ab", image="image")
PROBES = (
    ProbeRequest("1,2", expect=Expectation(columns=1, between=(0, 60))),
    ProbeRequest("3,4", expect=Expectation(status=400)),
)
DESIRED = Desired("h", 7, {"": ARTIFACT}, Policy(probes=PROBES))
CAPTURES = "capture/slipway-h/AllTraffic/2026/11/26/10"
Answers = Mapping[bytes, Reply]


@dataclass
class Served:
    """What is asked of an endpoint of the deployment `h`, whichever version answers."""

    bucket: MemoryBucket
    monitored: MemoryMonitored
    record: Record
    asked: list[bytes] = field(default_factory=list)
    answers: Answers = field(default_factory=dict)

    def invoke(self, name: str, request: Request, _variant: str = "") -> Reply:
        assert name == "slipway-h"
        self.asked.append(request.body)
        return self.answers.get(request.body, reply("0.5"))

    def probe(self, config: str, **answers: Reply) -> Probed:
        """The verdict on a version that answers so, by the words of the requests."""
        self.answers = {body.encode(): answer for body, answer in answers.items()}
        self.asked.clear()
        found: Any = self
        ports = replace(_PORTS, endpoints=found, uploaded=self.bucket, monitored=self.monitored)
        assert self.record.desired is not None
        probed = probe_config(ports, self.record, self.record.desired, config)
        self.record = self.record.having(probed)
        return probed

    def wish(self, desired: Desired, inspected: Inspected = INSPECTED) -> None:
        self.record = replace(self.record, desired=desired, inspected=(inspected,))

    def capture(self, *bodies: str, kind: str = "text/csv") -> None:
        side = {"observedContentType": kind, "mode": "INPUT", "encoding": "CSV"}
        lines = [
            json.dumps({"captureData": {"endpointInput": {**side, "data": body}}})
            for body in bodies
        ]
        name = f"{CAPTURES}/{len(self.monitored.files):02}.jsonl"
        self.monitored.files[name] = "\n".join(lines).encode()


_PORTS = Ports(**{**dict.fromkeys(Ports.__slots__, cast("Any", None)), "site": SITE})


@pytest.fixture
def served() -> Served:
    bucket = MemoryBucket(SITE.bucket, Scheduler())
    record = Record("h", desired=DESIRED, inspected=(INSPECTED,))
    return Served(bucket, MemoryMonitored(bucket), record)


def reply(body: str, status: int = 200, seconds: float = 0.01) -> Reply:
    return Reply(status, "text/csv", body.encode(), seconds)


def test_every_golden_request_is_sent_and_the_verdict_is_for_this_generation_and_config(
    served: Served,
) -> None:
    probed = served.probe("new", **{"1,2": reply("30.1"), "3,4": reply("bad row", 400)})
    assert (probed.passed, probed.reason) == (True, "2 of 2 probes passed")
    assert (probed.generation, probed.config, probed.count) == (7, "new", 2)
    assert served.asked == [b"1,2", b"3,4"]


def test_the_first_failure_is_told(served: Served) -> None:
    probed = served.probe("new", **{"1,2": reply("99"), "3,4": reply("bad row", 400)})
    assert not probed.passed
    assert probed.reason == "probe 1 of 2: 99 is not between 0 and 60"


def test_a_reply_that_is_no_text_is_judged_all_the_same(served: Served) -> None:
    assert not served.probe("new", **{"1,2": Reply(200, "text/csv", b"\xff\xfe")}).passed


def test_a_probe_may_take_as_long_as_the_manifest_says(served: Served) -> None:
    probe = ProbeRequest("1,2", within=2.0)
    served.wish(replace(DESIRED, policy=Policy(probes=(probe,))))
    probed = served.probe("slow", **{"1,2": reply("1", seconds=2.5)})
    assert probed.reason == "probe 1 of 1: it took 2.5 s, more than 2 s"
    assert len(served.asked) == 2  # a container that has just come up may be slow once


def test_without_a_time_it_may_take_several_times_what_the_version_before_took(
    served: Served,
) -> None:
    served.wish(replace(DESIRED, policy=Policy(probes=(ProbeRequest("1,2"),))))
    assert served.probe("before", **{"1,2": reply("1", seconds=0.5)}).passed
    assert served.probe("new", **{"1,2": reply("1", seconds=2.4)}).passed
    probed = served.probe("slow", **{"1,2": reply("1", seconds=20)})
    assert "it took 20.0 s, more than 2.5 s, 5 times what the version before took" in probed.reason


def test_a_slow_first_version_is_said_to_be_slow(served: Served) -> None:
    served.wish(replace(DESIRED, policy=Policy(probes=(ProbeRequest("1,2"),))))
    probed = served.probe("first", **{"1,2": reply("1", seconds=3.04)})
    assert probed.reason == "1 of 1 probes passed, the slowest after 3.0 s"


def test_probes_that_would_take_for_ever_are_not_all_sent(served: Served) -> None:
    many = tuple(ProbeRequest(f"{number}") for number in range(9))
    served.wish(replace(DESIRED, policy=Policy(probes=many)))
    slow = {f"{number}": reply("1", seconds=50) for number in range(9)}
    assert served.probe("slow", **slow).reason == "only 4 of 9 probes could be sent in time"


ROW = '{"instances": [[0,0]]}'
UNMANAGED = replace(DESIRED, policy=Policy())


def test_captured_requests_have_to_be_answered_as_before(served: Served) -> None:
    served.wish(UNMANAGED)
    served.capture("1,2", "3,4")
    assert served.probe("before").reason == "2 captured requests were answered"
    assert served.probe("new").reason == "2 captured requests were answered as before"
    assert served.asked == [b"1,2", b"3,4"]
    broken = served.probe("broken", **{"3,4": reply("boom", 500)})
    assert broken.reason == (
        "a captured request: status 500, where the version before answered 200: boom"
    )
    other = served.probe("other", **{"1,2": reply("0.1,0.9")})
    assert other.reason == (
        "a captured request: it answered CSV 2 numbers, the version before CSV 1 number"
    )
    assert not served.probe("slow", **{"1,2": reply("0.5", seconds=20)}).passed


def test_what_is_captured_meanwhile_does_not_change_what_is_asked(served: Served) -> None:
    served.wish(UNMANAGED)
    served.capture("1,2")
    served.probe("before")
    served.capture("9,9", "8,8")
    served.probe("new")
    assert served.asked == [b"1,2"]


def test_what_the_version_before_did_not_answer_is_no_demand(served: Served) -> None:
    served.wish(UNMANAGED)
    served.capture("1,2", "from an older version")
    served.probe("before", **{"from an older version": reply("no", 400)})
    probed = served.probe("new", **{"from an older version": reply("no", 400)})
    assert probed.reason == "a captured request was answered as before"


def test_a_handful_of_captured_requests_is_spread_over_what_was_asked(served: Served) -> None:
    served.wish(UNMANAGED)
    served.capture(*[str(number) for number in range(100)])
    served.capture("a", "b", kind="text/plain")
    served.probe("before")
    assert served.asked == [b"0", b"32", b"64", b"a", b"b"]


def test_the_golden_request_has_to_be_answered(served: Served) -> None:
    served.bucket.upload("models/h/request.json", b"[1, 2]")
    request = served.bucket.newest("h").request
    served.wish(replace(UNMANAGED, request=request))
    assert served.probe("first").reason == "request.json was answered"
    assert not served.probe("broken", **{"[1, 2]": reply("boom", 500)}).passed


def test_a_row_of_the_baseline_stands_in_for_a_request(served: Served) -> None:
    served.bucket.upload("models/h/baseline.csv", b'price,rooms,name\n9,5,"a, b"\n8,4,c\n')
    served.wish(replace(UNMANAGED, baseline=served.bucket.newest("h").baseline))
    assert served.probe("first").reason == "a row of baseline.csv was answered"
    assert served.asked == [b'5,"a, b"']


@pytest.mark.parametrize(
    ("outputs", "asked"),
    [
        (("first",), b'5,"a, b"'),
        (("last",), b"9,5"),
        (("none",), b'9,5,"a, b"'),
        (("rooms", "price"), b'"a, b"'),
    ],
)
def test_its_answers_are_left_out_wherever_they_stand(
    outputs: tuple[str, ...], asked: bytes, served: Served
) -> None:
    served.bucket.upload("models/h/baseline.csv", b'price,rooms,name\n9,5,"a, b"\n')
    policy = replace(UNMANAGED.policy, monitor=Monitor(outputs=outputs))
    baseline = served.bucket.newest("h").baseline
    served.wish(replace(UNMANAGED, policy=policy, baseline=baseline))
    served.probe("first")
    assert served.asked == [asked]


@pytest.mark.parametrize("status", [500, 503])
def test_a_row_of_zeros_is_sent_where_the_width_is_known(served: Served, status: int) -> None:
    served.wish(UNMANAGED, replace(INSPECTED, features=3))
    assert served.probe("first").reason == "a row of 3 zeros was answered"
    assert not served.probe("broken", **{"0,0,0": reply("boom", status)}).passed


def test_a_row_of_zeros_proves_nothing_to_a_script_of_the_users_own(served: Served) -> None:
    served.wish(UNMANAGED, replace(INSPECTED, known=Known(features=2)))
    no = reply("no", 500)
    probed = served.probe("first", **{"0,0": no, ROW: no})
    assert (probed.passed, probed.proven) == (True, False)
    assert probed.reason == "not probed: a row of 2 zeros was answered 500, which may be right"


def test_a_script_that_takes_json_alone_is_asked_in_json(served: Served) -> None:
    served.wish(UNMANAGED, replace(INSPECTED, known=Known(features=2)))
    no = reply("no", 500)
    assert served.probe("before", **{"0,0": no}).reason == "a row of 2 zeros was answered"
    assert served.asked == [b"0,0", ROW.encode()]
    broken = served.probe("broken", **{ROW: no})
    assert "where the version before answered 200" in broken.reason


def test_but_a_container_that_dies_of_it_is_broken(served: Served) -> None:
    served.wish(UNMANAGED, replace(INSPECTED, known=Known(features=2)))
    assert not served.probe("first", **{"0,0": reply("gone", 503)}).passed


def test_a_model_of_another_width_answers_no_row_that_its_clients_send(served: Served) -> None:
    good = Good("before", ("arn",), inspected=(replace(INSPECTED, known=Known(features=4)),))
    served.record = replace(served.record, attempts=Attempts(good=(good,)))
    served.wish(UNMANAGED, replace(INSPECTED, features=3, known=Known(features=3)))
    assert served.probe("before").reason == "a row of 4 zeros was answered"
    assert not served.probe("new", **{"0,0,0,0": reply("3 expected", 400)}).passed


def test_where_nothing_is_known_nothing_is_called_probed(served: Served) -> None:
    served.wish(UNMANAGED)
    probed = served.probe("first")
    assert (probed.passed, probed.proven, served.asked) == (True, False, [])
    assert probed.reason == "not probed: no request is known that it should answer"
