"""Endpoints, and the models behind those that load many: one port, two places."""

from collections.abc import Mapping
from dataclasses import dataclass

from slipway.domain.footprint import Footprint
from slipway.domain.naming import MEMBER
from slipway.domain.plan.endpoint import Plan
from slipway.domain.rollout import Guarded
from slipway.domain.world import Endpoint
from slipway.ports import Endpoints, InBucket, Reply, Request


@dataclass(frozen=True, slots=True)
class Places:
    """Implements ports.Endpoints: `hosted` is asked for the names that are its own."""

    own: Endpoints
    hosted: Endpoints

    def describe(self, name: str) -> Endpoint | None:
        return self._of(name).describe(name)

    def has_config(self, name: str) -> bool:
        return self._of(name).has_config(name)

    def has_model(self, name: str) -> bool:
        return (self.hosted if MEMBER in name else self.own).has_model(name)

    def missing(self, config: str) -> str:
        return self._of(config).missing(config)

    def prepare(self, plan: Plan, packages: Mapping[str, str]) -> None:
        self._of(plan.config).prepare(plan, packages)

    def create(self, name: str, config: str) -> None:
        self._of(name).create(name, config)

    def update(self, name: str, config: str, guarded: Guarded | None = None) -> None:
        self._of(name).update(name, config, guarded)

    def scale(self, name: str, counts: Mapping[str, int]) -> None:
        self._of(name).scale(name, counts)

    def shift(self, name: str, weights: Mapping[str, float]) -> None:
        self._of(name).shift(name, weights)

    def delete(self, name: str) -> None:
        self._of(name).delete(name)

    def discard(self, footprint: Footprint) -> None:
        self._of(footprint.config).discard(footprint)

    def invoke(self, name: str, request: Request, variant: str = "", model: str = "") -> Reply:
        return self._of(name).invoke(name, request, variant, model)

    def submit(self, name: str, request: Request, location: str, seconds: int) -> InBucket:
        return self._of(name).submit(name, request, location, seconds)

    def _of(self, name: str) -> Endpoints:
        return self.hosted if "/" in name else self.own
