"""Why an object was not transformed, in the words of the job's data log."""

CLIENT = "ClientError"
ALGORITHM = "AlgorithmError"


class ObjectFailed(Exception):
    """`blame` is who must change something: the client or the algorithm; `said` what the
    container answered."""

    def __init__(self, text: str, *, blame: str = CLIENT, said: bytes | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.blame = blame
        self.said = said

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed another time."""
        return self.blame == ALGORITHM

    def lines(self) -> list[str]:
        """What the data log tells of it."""
        if self.said is None:
            return [self.text]
        return [self.text, "", "Message:", *self.said.decode(errors="replace").splitlines()]


def too_large() -> ObjectFailed:
    """A record, or an object that is not split, exceeds MaxPayloadInMB."""
    return ObjectFailed("Too much data for max payload size")


def unanswered() -> ObjectFailed:
    """The container is gone, or took too long."""
    return ObjectFailed("Unable to get response from algorithm", blame=ALGORITHM)


def refused(status: int, said: bytes) -> ObjectFailed:
    """The container answered 4XX or 5XX."""
    if status < 500:
        return ObjectFailed(f"ClientError: {status}", said=said)
    text = f"Bad HTTP status received from algorithm: {status}"
    return ObjectFailed(text, blame=ALGORITHM, said=said)
