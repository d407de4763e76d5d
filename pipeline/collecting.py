"""How often Python looks for values that only hold each other: a setting of the whole process."""

import gc

_NEW_VALUES = 50_000


def collect_seldom() -> None:
    """Look once in 50,000 new values, not in 700.

    Fingerprints and folding make many that live for a moment, beside word lists that live for ever and are looked
    through each time: an eighth of their processor time goes without it.
    """
    gc.set_threshold(_NEW_VALUES, 20, 20)
