import pytest
from slipway_cli.failures import Problem
from slipway_cli.instance_types import check_instance_type


@pytest.mark.parametrize(("name", "batch"), [("ml.c5.large", False), ("ml.c5.xlarge", True)])
def test_what_is_listed_passes(name: str, batch: bool) -> None:
    check_instance_type(name, batch=batch)


@pytest.mark.parametrize(
    ("name", "batch", "message", "remedy"),
    [
        ("ml.m5.larg", False, "hosts nothing on ml.m5.larg", "ml.m5.large"),
        ("ml.c5.large", True, "runs no transform job on ml.c5.large", "ml.c5.xlarge"),
        ("huge", True, "runs no transform job on huge", "such as ml.m5.large"),
    ],
)
def test_what_is_not_is_told_with_what_is_spelt_alike(
    name: str, batch: bool, message: str, remedy: str
) -> None:
    with pytest.raises(Problem, match=message) as found:
        check_instance_type(name, batch=batch)
    assert remedy in str(found.value.remedy)
