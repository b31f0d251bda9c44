"""XGBoost answers where a test asks it to: a second for every booster would be too long."""

from collections.abc import Iterator

import pytest
from slipway_export.to_native import xgboost_library


@pytest.fixture(scope="module", autouse=True)
def _without_xgboost() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xgboost_library, "installed", lambda: "")
        yield
