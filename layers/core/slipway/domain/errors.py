"""The one taxonomy of what can go wrong. Adapters translate service codes into it, once."""


class SlipwayError(Exception):
    """Base of every error Slipway raises on purpose."""


class Retryable(SlipwayError):
    """The same call may succeed a little later; nothing was decided."""


class Throttled(Retryable):
    """The service asked for fewer calls."""


class Unanswered(Retryable):
    """No answer came, so nobody knows whether the call took effect."""


class NotYetVisible(Retryable):
    """Something just created is not visible to its reader yet."""


class Busy(Retryable):
    """The endpoint is changing and takes no second change now."""


class Conflict(Retryable):
    """Somebody else wrote the same record first."""


class Refused(SlipwayError):
    """The service will not do it, however often it is asked."""


class AccountFault(SlipwayError):
    """The account cannot do it yet: a quota, a role, a permission, a key, or no room. No version
    is to blame."""


class LeaseLost(SlipwayError):
    """Another release owns the deployment now; this one must stop."""


class Owned(SlipwayError):
    """Another release is at work on the deployment; it will see to everything."""


class LookAgain(SlipwayError):
    """Something happened since the decision was made; decide again."""


class InvalidInput(SlipwayError):
    """What a person gave cannot be used; the message names field, value and remedy."""
