"""Which upload is the newest: the one that was finished last.

S3's LastModified of what was uploaded in parts is when that upload began, and its current version
of a key the one that began last. When an upload was finished only its event says; what no event
told, or which was there at once, counts as finished when it began.

    10:00 large begins     10:05 small is put     10:20 large is finished, and is the newest
"""

from collections.abc import Collection

from slipway.domain.desired import Artifact, Desired, Uploads

MOST_ARRIVED = 20  # keys; what is wanted knows by itself when it was finished
# Events tell the time of another clock, a little later: by less, an upload was finished at once.
AT_ONCE_SECONDS = 10.0


def is_late(finished: float, began: float) -> bool:
    """Whether an upload that was finished then took longer than events are inexact."""
    return finished > began + AT_ONCE_SECONDS


def arriving(arrived: Collection[Artifact], found: Artifact) -> tuple[Artifact, ...]:
    """The version of each key that was finished last as far as events told, with one more."""
    if any(a.key == found.key and a.uploaded_at > found.uploaded_at for a in arrived):
        return tuple(arrived)
    others = (each for each in arrived if each.key != found.key)
    return tuple(sorted((*others, found), key=lambda each: each.uploaded_at)[-MOST_ARRIVED:])


def is_news(uploads: Uploads, desired: Desired | None) -> bool:
    """Whether something was uploaded that the desired state does not know.

    The desired state only moves forward: a deletion, or an older upload that shows up late,
    is no wish. Whoever wants an older version back uploads it again.
    """
    if desired is None:
        return any((uploads.parts, uploads.manifest_version, uploads.baseline, uploads.request))
    known = desired.known
    return (
        any(newer(found, known.parts.get(part)) for part, found in uploads.parts.items())
        or newer(uploads.baseline, known.baseline)
        or newer(uploads.request, known.request)
        or uploads.manifest_version not in (None, known.manifest_version)
    )


def newer(found: Artifact | None, known: Artifact | None) -> bool:
    """Whether `found` was finished after `known`, in whole seconds. Within one of them and one key
    what was found last is the latest; between keys the key decides."""
    if found is None or found == known:
        return False
    if known is None:
        return True
    if found.key == known.key:
        return found.uploaded_at >= known.uploaded_at
    return (found.uploaded_at, found.key) > (known.uploaded_at, known.key)
