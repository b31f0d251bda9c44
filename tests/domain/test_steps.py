import typing

from slipway.domain import steps


def test_every_step_is_called_by_its_noun() -> None:
    assert {kind.__name__ for kind in typing.get_args(steps.Step)} == {
        "InspectArtifact",
        "RegisterModel",
        "DeployEndpoint",
        "ProbeEndpoint",
        "JudgeRollout",
        "BuildBaseline",
        "WatchEndpoint",
        "Remedy",
        "ScaleEndpoint",
        "RunBatch",
        "RunTask",
        "CleanUp",
        "AwaitChange",
        "Announce",
    }
    assert steps.name(steps.InspectArtifact("new")) == "InspectArtifact"


def test_a_label_tells_the_change_or_the_verdict() -> None:
    deploy = steps.DeployEndpoint(steps.Change.UPDATE, "c", "why")
    assert steps.label(deploy) == "DeployEndpoint (update)"
    watch = steps.WatchEndpoint(steps.Change.DELETE, "why")
    assert steps.label(watch) == "WatchEndpoint (delete)"
    assert steps.label(steps.Announce(steps.Verdict.HELD, "why")) == "Announce (Held)"
    assert steps.label(steps.AwaitChange(5, "why")) == "AwaitChange"
