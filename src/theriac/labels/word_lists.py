"""Text with words between blanks flows in, a set or a tuple of the words flows out. Longer lists stay readable that way."""


def word_set(words: str) -> frozenset[str]:
    """The words as a set."""
    return frozenset(words.split())


def word_tuple(words: str) -> tuple[str, ...]:
    """The words in their order."""
    return tuple(words.split())
