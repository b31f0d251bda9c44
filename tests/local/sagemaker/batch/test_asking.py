"""A request passes through all containers, and is asked again where that may help."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from slipway_local.sagemaker.batch.asking import Model
from slipway_local.sagemaker.batch.failures import ObjectFailed
from slipway_local.sagemaker.rehearsal import Clock
from slipway_local.sagemaker.scripted import Script, ScriptedServer
from slipway_local.sagemaker.serving import Container, Invocation, Reply, ServerGone

CSV = {"Content-Type": "text/csv", "Accept": "application/json"}
GOOD = Reply(200, {"content-type": "application/x-inner"}, b"good")
SAD = Reply(503, {}, b"busy")


@dataclass
class Answers:
    """What a container answers, or raises, one after the other; and what it was asked."""

    replies: list[Reply | type[Exception]]
    asked: list[tuple[bytes, Mapping[str, str]]] = field(default_factory=list)

    def __call__(self, _: Container, invocation: Invocation) -> Reply:
        self.asked.append((invocation.body, dict(invocation.headers)))
        reply = self.replies[min(len(self.asked), len(self.replies)) - 1]
        if isinstance(reply, Reply):
            return reply
        raise reply


def model(*answers: Answers, retries: int = 3) -> Model:
    servers = [
        ScriptedServer(Container("image", None, {}), Script(answer=each), Clock(), 0.0)
        for each in answers
    ]
    return Model(servers, CSV, 600, retries)


def test_an_answer_goes_to_the_next_container() -> None:
    first, second = Answers([GOOD]), Answers([GOOD])
    assert model(first, second).ask(b"1") == b"good"
    assert first.asked == [(b"1", {"Content-Type": "text/csv"})]
    inner = {"Content-Type": "application/x-inner", "Accept": "application/json"}
    assert second.asked == [(b"good", inner)]


@pytest.mark.parametrize("trouble", [SAD, TimeoutError, ServerGone])
def test_what_may_pass_is_asked_again(trouble: Reply | type[Exception]) -> None:
    assert model(Answers([trouble, trouble, trouble, GOOD])).ask(b"1") == b"good"


@pytest.mark.parametrize(
    ("reply", "asked", "lines"),
    [
        (SAD, 3, ["Bad HTTP status received from algorithm: 503", "", "Message:", "busy"]),
        (TimeoutError, 3, ["Unable to get response from algorithm"]),
        (Reply(400, {}, b"a\nb"), 1, ["ClientError: 400", "", "Message:", "a", "b"]),
    ],
)
def test_at_last_it_is_given_up(
    reply: Reply | type[Exception], asked: int, lines: list[str]
) -> None:
    answers = Answers([reply])
    with pytest.raises(ObjectFailed) as failed:
        model(answers, retries=2).ask(b"1")
    assert (len(answers.asked), failed.value.lines()) == (asked, lines)
    assert failed.value.blame == ("ClientError" if asked == 1 else "AlgorithmError")


def test_a_pipeline_ends_where_a_container_refuses() -> None:
    second = Answers([GOOD])
    with pytest.raises(ObjectFailed, match="ClientError: 415"):
        model(Answers([Reply(415, {}, b"")]), second).ask(b"1")
    assert not second.asked
