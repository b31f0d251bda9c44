"""Classes that no framework writes: served where the archive vouches, else a person is asked."""

from typing import Any

import pytest
from slipway_cli.follow import AWAITS_APPROVAL

from tests.e2e.test_releases import SCRIPT, approve

OWN = """
class Double:
    def __init__(self, factor):
        self.factor = factor

    def predict(self, rows):
        return self.factor * rows.sum(axis=1)
"""
OF_ITS_OWN = f"""
import joblib, pathlib, sys
pathlib.Path("doubling.py").write_text({OWN!r})
sys.path.insert(0, ".")
from doubling import Double
joblib.dump(Double(2.0), "model.joblib")
"""
SEARCHED = """
import joblib, numpy
from scipy.stats import uniform
from sklearn.linear_model import Ridge
from sklearn.model_selection import RandomizedSearchCV
x = numpy.random.default_rng(0).normal(size=(40, 2))
search = RandomizedSearchCV(Ridge(), {"alpha": uniform(0, 1e-6)}, n_iter=2, cv=2, random_state=0)
joblib.dump(search.fit(x, x @ [1.0, 2.0]), "model.joblib")
"""


def test_a_class_of_the_archive_s_own_is_served(slipway: Any, models: Any) -> None:
    files = {
        "model.joblib": models.made_by(OF_ITS_OWN),
        "code/inference.py": SCRIPT,
        "code/doubling.py": OWN.encode(),
    }
    end = slipway.release("own", files)
    assert end.verdict == "Released", end.reason
    assert slipway.predict("own") == pytest.approx(6000)
    assert any("doubling.Double" in found for found in findings(slipway, "own"))


def test_what_nobody_vouches_for_waits_for_a_person_whatever_the_manifest_says(
    slipway: Any, models: Any
) -> None:
    files = {"model.joblib": models.made_by(SEARCHED)}
    line, wish = slipway.push("searched", files, "approval: automatic\n")
    end = slipway.ended("searched", line, wish)
    assert (end.verdict, "rv_continuous_frozen" in end.reason) == (AWAITS_APPROVAL, True)
    approve(slipway, "searched", "Approved")
    assert slipway.ended_after_approval("searched", wish).verdict == "Released"
    assert slipway.predict("searched") == pytest.approx(5, abs=0.01)


def findings(slipway: Any, deployment: str) -> tuple[str, ...]:
    """What the ledger keeps of the inspection."""
    (inspected,) = slipway.stack.ports.ledger.load(deployment).inspected
    found: tuple[str, ...] = inspected.findings
    return found
