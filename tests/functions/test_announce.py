import json
from typing import TYPE_CHECKING

import pytest
from slipway.domain.errors import LookAgain

if TYPE_CHECKING:
    from tests.functions.conftest import Advance, Call, World


def test_a_release_is_told_counted_and_let_go(
    world: "World", call: "Call", advance: "Advance", capsys: pytest.CaptureFixture[str]
) -> None:
    world.upload_model()
    document = advance("Announce")
    capsys.readouterr()
    assert call("announce", document) == "Released"
    assert world.ports.ledger.load("housing").lease is None
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (metric,) = [line for line in lines if "_aws" in line]
    assert (metric["Released"], metric["deployment"]) == ([1.0], "housing")


def test_a_verdict_that_something_overtook_is_not_told(
    world: "World", call: "Call", advance: "Advance", capsys: pytest.CaptureFixture[str]
) -> None:
    world.upload_model()
    document = advance("Announce")
    world.sagemaker.control.delete_endpoint(EndpointName="slipway-housing")
    with pytest.raises(LookAgain):
        call("announce", document)
    assert "_aws" not in capsys.readouterr().out
