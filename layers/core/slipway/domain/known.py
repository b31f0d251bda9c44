"""What is known of a version without running it, and how two versions differ in it."""

from dataclasses import dataclass

MOST = 4  # names in a sentence


@dataclass(frozen=True, slots=True)
class Known:
    """What the file tells of what it is asked and what it answers; None and () are unknown.

    `features` is the width of a row and `names` are its columns; `classes` is how many a
    classifier tells apart, `labels` what they are called, and `answers` says what kind of answer
    a prediction is, in the words of the file: an objective, or the outputs of a signature.
    """

    features: int | None = None
    names: tuple[str, ...] = ()
    classes: int | None = None
    labels: tuple[str, ...] = ()
    answers: str = ""

    def changes(self, before: "Known") -> tuple[str, ...]:
        """How this differs from the version before, as far as both are known."""
        told = (
            _count("features", self.features, before.features),
            _names("features", self.names, before.names),
            _count("classes", self.classes, before.classes),
            _names("classes", self.labels, before.labels),
            _kind(self.answers, before.answers),
        )
        return tuple(change for change in told if change)


NOTHING = Known()


def _count(what: str, now: int | None, before: int | None) -> str:
    known = now is not None and before is not None
    return f"{now} {what} instead of {before}" if known and now != before else ""


def _names(what: str, now: tuple[str, ...], before: tuple[str, ...]) -> str:
    if not now or not before or now == before:
        return ""
    new, gone = set(now) - set(before), set(before) - set(now)
    if not new and not gone:
        return f"the {what} are in another order"
    parts = (f"new {_listed(new)}" if new else "", f"gone {_listed(gone)}" if gone else "")
    return f"other {what}: {', '.join(part for part in parts if part)}"


def _kind(now: str, before: str) -> str:
    known = now and before and now != before
    return f"it answers {now} instead of {before}" if known else ""


def _listed(names: set[str]) -> str:
    first = sorted(names)
    return ", ".join(first[:MOST]) + (f" and {len(first) - MOST} more" if first[MOST:] else "")
