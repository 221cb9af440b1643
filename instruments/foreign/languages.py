"""What other programs call a language, and the tags that instruments use: "English (en)", "français", "fr_CA"."""

import functools
import re
from collections.abc import Iterable, Mapping

from babel import Locale
from babel.core import get_global

from instruments.definition import LANGUAGE
from instruments.sentences import Texts

# What a file is taken to be written in that does not say so.
UNSAID = "en"

_IN_BRACKETS = re.compile(r"\(\s*([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,4}){0,2})\s*\)\s*$")
_OWN_NAMES = {
    "አማርኛ": "am",
    "العربية": "ar",
    "বাংলা": "bn",
    "deutsch": "de",
    "español": "es",
    "espanol": "es",
    "castellano": "es",
    "فارسی": "fa",
    "français": "fr",
    "francais": "fr",
    "हिन्दी": "hi",
    "kreyòl ayisyen": "ht",
    "kreyol": "ht",
    "bahasa indonesia": "id",
    "italiano": "it",
    "ᐃᓄᒃᑎᑐᑦ": "iu",
    "日本語": "ja",
    "ខ្មែរ": "km",
    "한국어": "ko",
    "မြန်မာ": "my",
    "नेपाली": "ne",
    "nederlands": "nl",
    "polski": "pl",
    "português": "pt",
    "portugues": "pt",
    "română": "ro",
    "русский": "ru",
    "ikinyarwanda": "rw",
    "kinyarwanda": "rw",
    "soomaali": "so",
    "svenska": "sv",
    "kiswahili": "sw",
    "தமிழ்": "ta",
    "türkçe": "tr",
    "українська": "uk",
    "اردو": "ur",
    "tiếng việt": "vi",
    "中文": "zh",
    "mandarin": "zh",
}


def tag_of(said: str) -> str | None:
    """The tag of a language by its name, its tag, or both (``French (fr)``); None if it is no language we know."""
    bracket = _IN_BRACKETS.search(said)
    for candidate in ([bracket[1]] if bracket else []) + [said.strip()]:
        if (tag := _tag(candidate)) is not None:
            return tag
    name = _IN_BRACKETS.sub("", said).strip().casefold()
    return _names().get(name) or _OWN_NAMES.get(name)


def _tag(said: str) -> str | None:
    """A tag in the spelling that instruments use, if its language has a name: ``FR_ca`` is ``fr-CA``."""
    first, *rest = said.replace("_", "-").split("-")
    # "eng" and "deu" are the longer codes (ISO 639-2) of what is "en" and "de" in a tag.
    language = get_global("language_aliases").get(first.lower(), first.lower())
    if not first.isascii() or language not in _languages():
        return None
    tag = "-".join([language, *(part.title() if len(part) == 4 else part.upper() for part in rest)])
    return tag if LANGUAGE.fullmatch(tag) else None


@functools.cache
def _languages() -> Mapping[str, str]:
    return {tag.replace("_", "-"): name for tag, name in Locale.parse("en").languages.items()}


@functools.cache
def _names() -> Mapping[str, str]:
    tags = sorted(_languages().items(), key=lambda found: len(found[0]), reverse=True)
    return {name.casefold(): tag for tag, name in tags if LANGUAGE.fullmatch(tag)}


def named(tag: str) -> str:
    """The language as forms name it, which ``tag_of`` reads back: ``Canadian French (fr-CA)``."""
    name = _languages().get(tag) or _languages().get(tag.partition("-")[0]) or tag
    return f"{name} ({tag})"


class Tags:
    """A tag for each language that a file names, no two the same.

    A language that we do not know gets one of the tags that are kept free for such (``qaa`` to ``qtz``, ISO 639-2).
    """

    def __init__(self) -> None:
        self._of: dict[str, str] = {}
        self.unknown: list[str] = []  # the names that nobody knows, in the order in which they came

    def give(self, said: str) -> str:
        """The tag of a language; the same one whenever it is said again."""
        key = said.strip().casefold()
        if key not in self._of:
            known = tag_of(said)
            if known is None or known in self._of.values():
                # A second spelling of a language is a language of its own in the file, and may differ.
                known = _private(len(self.unknown))
                self.unknown.append(said.strip())
            self._of[key] = known
        return self._of[key]


def _private(number: int) -> str:
    row, letter = divmod(number, 26)
    return f"q{chr(ord('a') + min(row, 19))}{chr(ord('a') + letter)}"


def in_all(languages: Iterable[str], words: Mapping[str, str]) -> Texts:
    """A word of ours in each of the languages; in English where we do not have it in another."""
    return {tag: words.get(tag) or words.get(tag.partition("-")[0]) or words["en"] for tag in languages}
