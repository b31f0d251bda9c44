from dataclasses import replace

import pytest
from slipway.domain.desired import Artifact, Desired, Expectation, Policy, ProbeRequest
from slipway.domain.naming import Site
from slipway.domain.plan import plan
from slipway.domain.world import Inspected
from slipway.ports import Reply
from slipway.probing import Prober, probe_config

ARTIFACT = Artifact("bucket", "models/h/model.tar.gz", "v1", 1.0, 10)
INSPECTED = Inspected(ARTIFACT, sha256="ab", image="image")
POLICY = Policy(
    probes=(
        ProbeRequest("1,2", expect=Expectation(columns=1, between=(0, 60))),
        ProbeRequest("3,4", expect=Expectation(status=400)),
    )
)
DESIRED = Desired("h", 7, ARTIFACT, POLICY)
PLAN = plan(DESIRED, INSPECTED, Site("slipway", "bucket", "eu-west-1", "arn:role"))


class Answers:
    """An endpoint that answers what it was told, and remembers what it was asked."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[tuple[str, str]] = []

    def invoke(self, name: str, request: ProbeRequest) -> Reply:
        self.asked.append((name, request.body))
        return self.replies.pop(0)


def reply(body: str, status: int = 200) -> Reply:
    return Reply(status, "text/csv", body.encode())


def test_every_golden_request_is_sent_and_the_verdict_is_for_this_generation_and_config() -> None:
    endpoint = Answers(reply("30.1"), reply("bad row", 400))
    probed = probe_config(endpoint, PLAN, DESIRED, INSPECTED)
    assert (probed.passed, probed.reason) == (True, "2 of 2 probes passed")
    assert (probed.generation, probed.config) == (7, PLAN.config)
    assert endpoint.asked == [("slipway-h", "1,2"), ("slipway-h", "3,4")]


def test_the_first_failure_is_told_and_ends_the_probing() -> None:
    endpoint = Answers(reply("99"), reply("bad row", 400))
    probed = probe_config(endpoint, PLAN, DESIRED, INSPECTED)
    assert not probed.passed
    assert probed.reason == "probe 1 of 2: 99 is not between 0 and 60"
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(("features", "bodies"), [(3, ["0,0,0"]), (None, [])])
def test_without_golden_requests_a_row_of_zeros_is_sent_where_the_width_is_known(
    features: int | None, bodies: list[str]
) -> None:
    endpoint: Prober = (answers := Answers(reply("1")))
    desired = replace(DESIRED, policy=Policy())
    probed = probe_config(endpoint, PLAN, desired, replace(INSPECTED, features=features))
    assert probed.passed
    assert [body for _, body in answers.asked] == bodies


def test_a_reply_that_is_no_text_is_judged_all_the_same() -> None:
    endpoint = Answers(Reply(200, "text/csv", b"\xff\xfe"))
    assert not probe_config(endpoint, PLAN, DESIRED, INSPECTED).passed
