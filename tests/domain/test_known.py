"""How two versions differ, as far as both are known."""

from slipway.domain.known import NOTHING, Known

FULL = Known(3, ("a", "b", "c"), 2, ("no", "yes"), "binary:logistic")


def test_what_is_unknown_is_no_change() -> None:
    assert NOTHING.changes(FULL) == FULL.changes(NOTHING) == FULL.changes(FULL) == ()


def test_each_change_is_told_in_words() -> None:
    other = Known(4, ("a", "b", "x", "y"), 3, ("yes", "no"), "reg:squarederror")
    assert other.changes(FULL) == (
        "4 features instead of 3",
        "other features: new x, y, gone c",
        "3 classes instead of 2",
        "the classes are in another order",
        "it answers reg:squarederror instead of binary:logistic",
    )


def test_of_many_names_the_first_are_told() -> None:
    many = Known(names=tuple("abcdefg"))
    assert many.changes(Known(names=("z",))) == (
        "other features: new a, b, c, d and 3 more, gone z",
    )
