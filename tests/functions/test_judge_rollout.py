"""A candidate beside what serves, through the handlers."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World

STEPS = "rollout: {steps: [10], every: 1m}\n"


def test_a_step_begins_and_is_judged(world: "World", call: "Call", advance: "Advance") -> None:
    from tests.functions.conftest import MANIFEST, archive

    world.upload_model(manifest=f"{MANIFEST}{STEPS}")
    call("announce", advance("Announce"))
    world.upload("models/housing/model.tar.gz", archive({"weights.txt": b"0.6"}))
    begins = advance("JudgeRollout", "release-2")
    assert begins["reason"] == "version 2 has 10 % of the traffic: its step begins"
    assert call("judge_rollout", begins) == "judged after 60 s"
    world.sagemaker.pass_time(300)
    told = call("judge_rollout", advance("JudgeRollout", "release-2"))
    assert "no request to either version was counted" in told
    progress = world.ports.ledger.load("housing").progress
    assert progress is not None
    assert len(progress.windows) == 1
