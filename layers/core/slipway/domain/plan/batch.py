"""How a job asks its containers, where the manifest leaves it open: by what it reads."""

from dataclasses import replace

from slipway.domain.batch import Split, Transform

# By the ending of a name. What a line of is a record can be cut into them.
TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/jsonlines",
    "libsvm": "text/libsvm",
    "npy": "application/x-npy",
    "txt": "text/plain",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
}
OF_LINES = frozenset({"text/csv", "application/jsonlines", "text/libsvm"})
ANSWERED = {"text/libsvm": "text/csv"}


def kind_of_file(name: str) -> str | None:
    """The content type that a file's name tells, whether it is compressed or not."""
    return TYPES.get(name.lower().removesuffix(".gz").rpartition(".")[2])


def complete(transform: Transform, first: str) -> Transform:
    """The transform of objects like `first`: rows are cut into lines, and answered as rows."""
    kind = transform.content_type or kind_of_file(first) or "text/csv"
    split = transform.split or (Split.LINE if kind in OF_LINES else Split.NONE)
    assemble = transform.assemble or (Split.LINE if split == Split.LINE else None)
    gzip = "Gzip" if first.endswith(".gz") else None
    return replace(
        transform,
        content_type=kind,
        accept=transform.accept or ANSWERED.get(kind, kind),
        split=split,
        assemble=assemble,
        compression=transform.compression or gzip,
    )
