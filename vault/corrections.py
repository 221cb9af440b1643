"""Whether one wording can be a typographic correction of another. Whoever publishes declares it; this is what of their
word can be checked without knowing a language. It is meant to say no too often (decision 16).
"""

import re
import unicodedata

_WORDS = re.compile(r"\S+")
_SHORT = 4  # letters; in words as short as this a single letter makes another word: now, not


def is_correction(before: str, after: str) -> bool:
    """Whether both have the same words in the same order, with single letters mended in at most one word of ten.

    Differences of capitals, accents and punctuation are corrections. Whatever has a digit or one of ``${}%``
    in it has to stay as it is, and so have question marks and words of up to four letters.
    """
    if not before.strip() or not after.strip() or before.count("?") != after.count("?"):
        return False
    old, new = _spoken(before), _spoken(after)
    if len(old) != len(new):
        return False
    mended = [(one, other) for one, other in zip(old, new, strict=True) if one != other]
    few = len(mended) <= max(1, len(old) // 10)
    return few and all(_misspelt(one, other) for one, other in mended)


def _spoken(text: str) -> list[str]:
    """The words without capitals, accents and punctuation."""
    return [word for word in (_plain(found) for found in _WORDS.findall(text)) if word]


def _plain(word: str) -> str:
    if _fixed(word):
        return word.strip(".,;:!?()\"'«»“”‘’")
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(one for one in letters if one.isalpha())


def _fixed(word: str) -> bool:
    return any(one.isdigit() or one in "${}%" for one in word)


def _misspelt(before: str, after: str) -> bool:
    """One letter too many, too few, another one, or two that changed places (Damerau 1964), in a longer word."""
    if _fixed(before) or _fixed(after) or min(len(before), len(after)) <= _SHORT:
        return False
    if len(before) == len(after):
        wrong = [at for at in range(len(before)) if before[at] != after[at]]
        swapped = (
            len(wrong) == 2 and wrong[1] == wrong[0] + 1
            and before[wrong[0]] == after[wrong[1]] and before[wrong[1]] == after[wrong[0]]
        )  # fmt: skip
        return len(wrong) == 1 or swapped
    short, long = sorted((before, after), key=len)
    return len(long) == len(short) + 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
