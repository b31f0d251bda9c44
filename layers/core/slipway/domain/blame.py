"""Whose fault it is that something cannot be done: the words in which AWS tells that the account
cannot do it yet, and what helps. No version is to blame for that."""

QUOTA = "ask for a higher quota in Service Quotas"
ROOM = "another instance type, or another hour, may have room"
DATA = "let the model role read the object, and use its key where it is encrypted"
PULL = "let sagemaker.amazonaws.com pull from it, in the repository's policy"
GRANT = "grant it to the role that is named"
WORDS: tuple[tuple[str, str], ...] = (
    ("account-level service limit", QUOTA),
    ("insufficientinstancecapacity", ROOM),
    ("insufficient capacity", ROOM),
    ("could not assume role", "let sagemaker.amazonaws.com assume it, in its trust policy"),
    ("could not access model data", DATA),
    ("failed to download model data", DATA),
    ("does not grant ecr:", PULL),
    ("cannotpullcontainererror", PULL),
    ("perform: kms:", "let the role that is named use the key, in the key's policy"),
    ("not authorized to perform", GRANT),
    ("access denied", GRANT),
    ("accessdenied", GRANT),
)


def is_the_accounts(message: str) -> bool:
    """Whether a refusal, or a failure, says that the account cannot do it yet."""
    return bool(remedy(message))


def remedy(message: str) -> str:
    """What helps, where the account cannot do it yet; "" where that is not what is said."""
    said = message.lower()
    return next((helps for words, helps in WORDS if words in said), "")
