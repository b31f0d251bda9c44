"""Releases as people count them: what was released, from the first one on."""

from dataclasses import dataclass, replace

from slipway.domain.desired import Uploads
from slipway.domain.errors import InvalidInput

KEPT = 30


@dataclass(frozen=True, slots=True)
class Release:
    """What was released as `number`, and what it was made of, to be asked for again.

    `packages` are its versions in the registry and `digests` the SHA-256 of its parts, in the order
    of its containers; `at` is in epoch seconds. `of` is the number of the release that it is once
    more, and `withdrawn` says that somebody rolled back from it.
    """

    config: str
    at: float
    uploads: Uploads
    packages: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    number: int = 1
    of: int | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Releases:
    """The last releases of a deployment, newest first."""

    last: tuple[Release, ...] = ()

    @property
    def newest(self) -> Release | None:
        return self.last[0] if self.last else None

    @property
    def left(self) -> frozenset[str]:
        """The configs that somebody rolled back from, and that were not released since."""
        configs = {release.config for release in self.last}
        return frozenset(c for c in configs if (last := self.of(c)) and last.withdrawn)

    def of(self, config: str) -> Release | None:
        """The last release that served a config."""
        return next((release for release in self.last if release.config == config), None)

    def having(self, release: Release) -> "Releases":
        """The releases with one more, which gets the next number; the newest once more is the
        same."""
        newest, before = self.newest, self.of(release.config)
        if newest and newest.uploads == release.uploads:
            # The same on fresh instances, which go by another name.
            same = replace(newest, config=release.config, withdrawn=False)
            return Releases((same, *self.last[1:]))
        if newest and newest is before:
            same = replace(newest, uploads=release.uploads, withdrawn=False)
            return Releases((same, *self.last[1:]))
        number, of = newest.number + 1 if newest else 1, before.number if before else None
        return Releases((replace(release, number=number, of=of), *self.last)[:KEPT])

    def target(self, to: int | None, wanted: Uploads | None) -> Release:
        """What a rollback goes to: the release of that number or, without one, the last that is
        another one than is `wanted` and that nobody rolled back from. Raises InvalidInput where
        there is none."""
        numbers = [str(release.number) for release in reversed(self.last)]
        known = f"known are {', '.join(numbers)}" if numbers else "nothing was released yet"
        if to is None:
            newest = self.newest
            left = newest.config if newest and newest.uploads == wanted else ""
            found = next((r for r in self.last if r.config != left and not r.withdrawn), None)
            missing = f"there is no earlier release to roll back to; {known}"
        else:
            found = next((release for release in self.last if release.number == to), None)
            missing = f"release {to} is not known; {known}"
        if found is None:
            raise InvalidInput(missing)
        return found

    def withdrawing(self, to: int | None) -> "Releases":
        """The releases once somebody went back to one: from all that came after it."""
        after = to or 0
        return Releases(
            tuple(replace(r, withdrawn=r.withdrawn or r.number > after) for r in self.last)
        )


UNRELEASED = Releases()
