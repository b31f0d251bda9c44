"""Who watches every change of an endpoint and says what must never happen.

Nothing here asks the code under test what it thinks: what was wished is known from the uploads,
what serves from the service itself.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any

from slipway.domain.record import Record
from slipway.domain.rollout import Guarded
from slipway.domain.rules.retreat import TRIES
from slipway.domain.steps import Announce, Verdict
from slipway_local.sagemaker.account import Account

from tests.simulation.cloud import PERSON
from tests.simulation.contents import disqualified, doubtful
from tests.simulation.fakes import MemoryAlarms, MemoryBucket
from tests.simulation.faults import FUNCTION_SECONDS
from tests.simulation.scheduler import Scheduler

Params = dict[str, Any]

SOON_SECONDS = 600.0
LATE_SECONDS = FUNCTION_SECONDS + 5.0  # how late a function may learn what a person decided


@dataclass(frozen=True, slots=True)
class Version:
    """What a config serves: the uploaded bytes and the package that must be approved."""

    content: bytes
    package: str
    pinned: str


class Invariants:
    """Implements cloud.Witness for one deployment. What is wrong is told to `wrong`."""

    def __init__(
        self,
        account: Account,
        bucket: MemoryBucket,
        scheduler: Scheduler,
        record: Callable[[], Record],
        wrong: Callable[[str], None],
        alarms: MemoryAlarms,
    ) -> None:
        self.wished: list[bytes] = []
        self.doomed: set[bytes] = set()
        self.meddled = False
        self.beyond_telling: set[int] = set()
        self.meddled = 0
        self._in_doubt = -1
        self._account = account
        self._bucket = bucket
        self._scheduler = scheduler
        self._record = record
        self._wrong = wrong
        self._alarms = alarms
        self._rang_at: dict[str, float] = {}
        self._mixed = False
        self._versions: dict[str, Version] = {}
        self._models: dict[str, bytes] = {}
        self._served: list[tuple[int, bytes]] = []
        self._released: list[tuple[int, bytes]] = []
        self._fence = 0
        self._moving: tuple[int, str] | None = None
        self._undone: set[tuple[int, str]] = set()
        self._tries: Counter[tuple[int, str]] = Counter()
        self._rejected: dict[str, tuple[float, bytes]] = {}
        self._pardoned: dict[bytes, float] = {}
        self._config = ""
        self._good: list[str] = []
        self._seen: list[str] = []
        self.asked_at = self.uploaded_at = -inf
        self.purges = False

    def asked_to_go(self, *, purge: bool) -> None:
        """Somebody asks for the deployment to be deleted."""
        self.asked_at, self.purges = self._scheduler.now, purge

    def uploaded(self) -> None:
        """Somebody uploads something: the deployment is wanted, or wanted again."""
        self.uploaded_at = self._scheduler.now

    def asked_back(self) -> None:
        """Somebody asks for what was released last, or before that where it is what is wanted."""
        contents = [content for _, content in self._released if content != self.wished[-1]]
        self.wish(contents[-1] if contents else None)

    def shall_go(self) -> bool | None:
        """Whether it shall be gone in the end. None where an upload came so soon after the wish
        that a release may have taken it for an earlier one."""
        if self.asked_at <= self.uploaded_at < self.asked_at + SOON_SECONDS:
            return None
        return self.asked_at > self.uploaded_at

    def discarded(self, config: str) -> None:
        """A config of Slipway's is deleted: one that nothing serves, and nothing goes back to."""
        serving = [each.config_name for each in self._account.endpoints.values()]
        if config in serving:
            self._wrong(f"deleted config {config}, which serves")
        # What serves and was proven is about to be released, or was, and nobody could be told.
        newest = list(dict.fromkeys(reversed(self._seen)))[:2]
        good = list(dict.fromkeys([*serving, *self._good]))[:2]
        if self.asked_at == -inf and config in good and config in newest:
            self._wrong(f"deleted config {config}, which may be gone back to")

    def wish(self, content: bytes | None) -> None:
        """The newest artifact is `content` now."""
        if content is not None and self.wished[-1:] != [content]:
            self.wished.append(content)

    def reviewed(self, package: str, *, approved: bool) -> None:
        """A person has decided about a package version."""
        content = self._bucket.ever_pinned[self._pinned_key(package)]
        if not approved:
            self._rejected.setdefault(package, (self._scheduler.now, content))
        elif self._rejected.pop(package, None):
            self._pardoned[content] = self._scheduler.now

    def doubt(self, meddled: int) -> None:
        """A function that may have changed the endpoint was not heard of again; it began when
        somebody else had meddled `meddled` times."""
        self._in_doubt = self._generation()
        if self.meddled > meddled:
            self.beyond_telling.add(self._generation())

    def meddle(self) -> None:
        """Somebody changes the endpoint. In a generation in which a change is in doubt, nobody can
        tell any more how it ended."""
        self.meddled += 1
        if self._in_doubt == self._generation():
            self.beyond_telling.add(self._generation())

    def asks(self, actor: str, operation: str) -> None:
        if actor == PERSON:
            return
        lease = self._record().lease
        if lease is None or (lease.owner != actor and lease.quiet_until <= self._scheduler.now):
            self._wrong(f"{actor} calls {operation}, but the lease is {lease}")
        if lease is not None and lease.owner == actor:
            if lease.fence < self._fence:
                self._wrong(f"{actor} calls {operation} after a later owner did")
            self._fence = max(self._fence, lease.fence)

    def changed(self, actor: str, operation: str, params: Params) -> None:
        if actor == PERSON:
            self.meddled = True
            attempts = self._record().attempts.made
            if attempts and not attempts[-1].ended:
                self.beyond_telling.add(self._generation())
            self._moving = None
            if operation == "DeleteEndpoint":
                self._tries.clear()
                released = {content for _, content in self._released}
                self._undone = {
                    u for u in self._undone if self.version(u[1]).content not in released
                }
            return
        if operation == "DeleteEndpoint":
            self._deleted(params["EndpointName"])
        else:
            self._moved(operation, params["EndpointConfigName"])
            self._check_guards(operation, params)

    def hears(self, announce: Announce) -> None:
        """A verdict about a change must not be told before it has come to its end."""
        judges = announce.verdict == Verdict.RELEASED or "was rolled back" in announce.reason
        if judges and self._moving:
            self._wrong(f"told too early, {self._moving} is under way: {announce}")
        proven = judges or announce.reason.startswith(("monitor: ", "drift: "))
        if announce.config and proven and "was rolled back" not in announce.reason:
            self._good.insert(0, announce.config)
        if announce.verdict == Verdict.RELEASED and announce.config:
            content = self.version(announce.config).content
            self._released.append((self._order(content), content))

    def sees(self, found: Params | None) -> None:
        if found is None or found["EndpointStatus"] not in ("InService", "UpdateRollbackFailed"):
            return
        config = found["EndpointConfigName"]
        mixed = self._mixed = found["EndpointStatus"] == "UpdateRollbackFailed"
        if self._moving and (self._moving[1] != config or mixed):
            if not _transient(found.get("FailureReason", "")):
                self._undone.add(self._moving)
            self.doomed.add(self.version(self._moving[1]).content)
        if self._moving and self._moving[1] == config and not mixed:
            content = self.version(config).content
            self._served.append((self._order(content), content))
            self._tries.pop(self._moving, None)
        if self._moving is None:
            self.meddle()
        self._moving, self._config = None, config
        self._seen.append(config)

    def version(self, config: str) -> Version:
        """What a config of Slipway's serves, followed through model and package."""
        if config not in self._versions:
            arn = self._package(config)
            key = self._pinned_key(arn)
            self._versions[config] = Version(self._bucket.ever_pinned.get(key, b""), arn, key)
        return self._versions[config]

    def _package(self, config: str) -> str:
        """The first package of a config; of one that answers files there is no config, nor a model
        before it is asked."""
        account = self._account
        found = account.configs.get(account.arn("endpoint-config", config))
        if found is None:
            good = self._record().attempts.release(config)
            return good.packages[0] if good else "none"
        name = found.body["ProductionVariants"][0]["ModelName"]
        model = account.models[account.arn("model", name)]
        return str(model.body["Containers"][0]["ModelPackageName"])

    def variants(self, config: str) -> dict[str, bytes]:
        """What each variant of a config serves."""
        account = self._account
        body = account.configs[account.arn("endpoint-config", config)].body
        found = {}
        for variant in body["ProductionVariants"]:
            model = account.models[account.arn("model", variant["ModelName"])]
            key = self._pinned_key(model.body["Containers"][0]["ModelPackageName"])
            found[variant["VariantName"]] = self._bucket.ever_pinned.get(key, b"")
        return found

    def of_model(self, name: str) -> bytes:
        """What a model of Slipway's is made of, also once it was deleted."""
        model = self._account.models.get(self._account.arn("model", name))
        if model is not None:
            key = self._pinned_key(model.body["Containers"][0]["ModelPackageName"])
            self._models[name] = self._bucket.ever_pinned.get(key, b"")
        return self._models.get(name, b"none")

    def _pinned_key(self, arn: str) -> str:
        package = self._account.packages[arn]
        container = package.body["InferenceSpecification"]["Containers"][0]
        return str(container["ModelDataUrl"]).split("/", 3)[3]

    def _generation(self) -> int:
        desired = self._record().desired
        return desired.generation if desired else 0

    def _deleted(self, name: str) -> None:
        endpoint = self._account.endpoints.get(self._account.arn("endpoint", name))
        unasked = self.asked_at == -inf
        if endpoint is not None and endpoint.fleet is not None and unasked:
            self._wrong(f"deleted {name}, which serves {endpoint.config_name}")
        self._moving = None

    def _moved(self, operation: str, config: str) -> None:
        moving = (self._generation(), config)
        version = self.version(config)
        self._check_order(version)
        if self._failed(version):
            self._wrong(f"{config} was seen to fail before in generation {moving[0]}")
        if moving in self._undone:
            self._wrong(f"{config} was rolled back before in generation {moving[0]}")
        if operation == "UpdateEndpoint" and self._in_line(config) != self._in_line(self._config):
            self._wrong(f"{config} serves others than the clients of {self._config}")
        if operation == "UpdateEndpoint" and self._config == config and not self._is_mixed():
            self._wrong(f"{config} was serving already")
        self._tries[moving] += 1
        if self._tries[moving] > TRIES and not self.meddled:
            self._wrong(f"{config} was tried {self._tries[moving]} times")
        rejected_at, _ = self._rejected.get(version.package, (0.0, b""))
        if not self._is_approved(version) and (rejected_at < self._scheduler.now - LATE_SECONDS):
            self._wrong(f"{config} is served without an approval")
        if not self._bucket.held_its_digest(version.pinned):
            self._wrong(f"{config} points at bytes that are not what was uploaded")
        self._moving = moving

    def rings(self, name: str) -> None:
        """An alarm begins to ring."""
        self._rang_at[name] = self._scheduler.now

    def _check_guards(self, operation: str, params: Params) -> None:
        """What SageMaker rolls out is watched by alarms that are there and do not ring already; and
        what is wanted so is not rolled out otherwise."""
        desired = self._record().desired
        wanted = desired is not None and isinstance(desired.policy.rollout, Guarded)
        config = params["EndpointConfigName"]
        known = self._record().attempts.release(config)
        forward = operation == "UpdateEndpoint" and known is None and not self._mixed
        if wanted and forward and "DeploymentConfig" not in params:
            self._wrong(f"{config} is rolled out without its guards")
        guarded = params.get("DeploymentConfig", {}).get("AutoRollbackConfiguration", {})
        for name in (alarm["AlarmName"] for alarm in guarded.get("Alarms", ())):
            before = self._scheduler.now - LATE_SECONDS
            if not self._alarms.find([name]) and self._alarms.lost_at < before:
                self._wrong(f"{config} is rolled out, and nobody made its alarm {name}")
            if self._alarms.rings(name) and self._rang_at[name] < before:
                self._wrong(f"{config} is rolled out while {name} rings")

    def _failed(self, version: Version) -> bool:
        """Whether the same bytes, under whatever names, were seen to fail in this generation. What
        was released once may be a last resort."""
        record = self._record()
        released = (self._versions.get(good.config) for good in record.attempts.good)
        if any(found is not None and found.content == version.content for found in released):
            return False
        asked = record.probes.last
        now = [probed for probed in asked if probed.generation == self._generation()]
        failed = (self._versions.get(probed.config) for probed in now if not probed.passed)
        return any(found is not None and found.content == version.content for found in failed)

    def _in_line(self, config: str) -> bool:
        """Whether requests for a config wait in line."""
        found = self._account.configs.get(self._account.arn("endpoint-config", config))
        return found is not None and "AsyncInferenceConfig" in found.body

    def _is_mixed(self) -> bool:
        return any(e.status != "InService" for e in self._account.endpoints.values())

    def _check_order(self, version: Version) -> None:
        """Never an older version after a newer one, unless the newer one proved to be bad; and
        going back from a bad one leads to what was released last."""
        if version.content not in self.wished:
            self._wrong(f"nobody asked for {version.content!r}")
            return
        order = self._order(version.content)
        if self._generation() in self.beyond_telling:
            return
        desired = self._record().desired
        sought = desired.parts.get("") if desired else None
        wanted = self._bucket.content(sought) if sought else None
        back = wanted is not None and (self.is_bad(wanted) or doubtful(wanted))
        before = self._released if back else self._served
        newer = [c for at, c in before if at > order and not (self.is_bad(c) or doubtful(c))]
        if newer:
            self._wrong(f"{version.content!r} is served after {newer[0]!r}, which is newer")

    def _order(self, content: bytes) -> int:
        return len(self.wished) - 1 - self.wished[::-1].index(content)

    def answered(self) -> bool:
        """Whether something that answers, and is good to this day, was released before."""
        contents = [content for _, content in self._released]
        return any(not doubtful(c) and not self.is_bad(c) for c in contents)

    def is_bad(self, content: bytes) -> bool:
        """Whether there is, or was a moment ago, a reason to go back from it, or not to it."""
        if disqualified(content) or content in self.doomed:
            return True
        late = self._pardoned.get(content, 0.0) > self._scheduler.now - LATE_SECONDS
        versions = [v for v in self._versions.values() if v.content == content]
        unapproved = versions and not any(map(self._is_approved, versions))
        return late or bool(unapproved) or self._is_rejected(content)

    def _is_rejected(self, content: bytes) -> bool:
        return any(content == rejected for _, rejected in self._rejected.values())

    def _is_approved(self, version: Version) -> bool:
        """Whether it is, or where somebody deleted it the same bytes registered anew are."""
        # In a group that was made anew, versions are counted from one again.
        same = [a for a in self._account.packages if self._pinned_key(a) == version.pinned]
        if version.package in same:
            return self._approved(version.package)
        return any(map(self._approved, same))

    def _approved(self, arn: str) -> bool:
        package = self._account.packages.get(arn)
        return package is not None and package.body["ModelApprovalStatus"] == "Approved"


def _transient(reason: str) -> bool:
    """Whether the service is to blame, or whoever deleted the model that was coming up."""
    return "Request to service failed" in reason or "Could not find model " in reason
