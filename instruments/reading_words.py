"""From what was typed into a text or number field to an answer, or to a sentence on what to do."""

import re
import unicodedata
from collections.abc import Callable

from instruments.fields import NOTHING, Circumstances, Form, Read, Reader, first
from instruments.kinds import LongText, Number, ShortText
from instruments.patterns import pattern
from instruments.sentences import Problem, Sentence, counted

MOST_DIGITS = 15
LONGEST_NUMBER = 40

_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029])
_KEPT = {**_CONTROLS, 0x0A: "\n", 0x09: "\t", 0x85: "\n", 0x2028: "\n", 0x2029: "\n", 0x200B: None, 0xFEFF: None}
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;.]+(?:\.[^@\s,;.]+)+")
_PHONE = re.compile(r"\+?[0-9 ()./-]+(?: ?(?:x|ext\.?) ?[0-9]{1,6})?", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s/.]+(?:\.[^\s/.]+)+(?:/\S*)?", re.IGNORECASE)
_TIME = re.compile(r"([0-9]{1,2}) ?[:.hH] ?([0-9]{2})")
_GROUPS = re.compile(r"([+-]?[0-9]{1,3})(?:[ '’][0-9]{3})+(?=[.,]|\Z)")
_DIGITS = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")

Format = Callable[[str], tuple[str, Sentence | None]]


def cleaned(text: str) -> str:
    """The text as it is kept: composed (NFC), lines ended by one sign, no invisible controls, no space around it."""
    if text.isascii() and text.isprintable():
        return text.strip()
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return lines.translate(_KEPT).strip()


def text_reader(kind: ShortText | LongText, name: str) -> Reader:
    """Reads words within their limits."""
    shortest, longest = kind.shortest, kind.longest
    one_line = isinstance(kind, ShortText)
    check = _FORMATS[kind.format] if isinstance(kind, ShortText) and kind.format else None
    needed = pattern(kind.pattern) if isinstance(kind, ShortText) and kind.pattern else None

    def read(form: Form, _: Circumstances) -> Read:
        text = cleaned(first(form, name))
        if not text:
            return NOTHING
        if one_line and not text.isprintable():
            text = " ".join(text.split())
        problem = _length(text, shortest, longest)
        if problem is None and check:
            text, problem = check(text)
        if problem is None and needed and not needed.matches(text):
            problem = FITS_NO_PATTERN
        return (text, ()) if problem is None else (None, (Problem(name, problem),))

    return read


# The question's own message is said in place of this one, where it has one.
FITS_NO_PATTERN = Sentence("Write this in the form that is asked for.")


def _length(text: str, shortest: int, longest: int) -> Sentence | None:
    length = len(text)
    if length > longest:
        return counted(
            "Shorten your answer by %(count)s character: there is room for %(longest)s.",
            "Shorten your answer by %(count)s characters: there is room for %(longest)s.",
            length - longest,
            longest=longest,
        )
    if length < shortest:
        return counted("Write at least %(count)s character.", "Write at least %(count)s characters.", shortest)
    return None


def _email(text: str) -> tuple[str, Sentence | None]:
    if len(text) <= 254 and _EMAIL.fullmatch(text):
        return text, None
    return text, Sentence("Write one e-mail address, for example name@example.org.")


def _phone(text: str) -> tuple[str, Sentence | None]:
    plain = text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NON-BREAKING HYPHEN}", "-")
    if _PHONE.fullmatch(plain) and 5 <= sum(letter.isdigit() for letter in plain) <= 20:
        return plain, None
    return text, Sentence("Write one telephone number in digits, for example +1 403 555 0123.")


def _web(text: str) -> tuple[str, Sentence | None]:
    if _WEB.fullmatch(text):
        return text, None
    return text, Sentence("Write one web address that begins with https://, for example https://example.org.")


def _time(text: str) -> tuple[str, Sentence | None]:
    found = _TIME.fullmatch(text)
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return f"{int(found[1]):02}:{found[2]}", None
    return text, Sentence("Write the time as hours and minutes from 0:00 to 23:59, for example 14:30.")


_FORMATS: dict[str, Format] = {"email": _email, "phone": _phone, "web": _web, "time": _time}


def number_reader(kind: Number, name: str) -> Reader:
    """Reads a number with its decimals and range. Digits of any script, a comma or a point, spaces between groups."""
    decimals, least, most = kind.decimals, kind.least, kind.most
    outside = _range(least, most)

    def read(form: Form, _: Circumstances) -> Read:
        typed = first(form, name).strip()[: LONGEST_NUMBER + 1]
        if not typed:
            return NOTHING
        # Nearly everybody writes a few digits and nothing else.
        usual = len(typed) <= MOST_DIGITS and typed.isascii() and typed.isdigit()
        plain = typed if usual else _digits(typed, decimals)
        problem = None if usual else _not_a_number(typed, plain, decimals)
        if problem is None:
            number = float(plain) + 0.0 if decimals else int(float(plain))  # adding 0.0 makes -0.0 a plain 0.0
            if (least is None or number >= least) and (most is None or number <= most):
                return number, ()
            problem = outside
        return None, (Problem(name, problem),)

    return read


def _digits(typed: str, decimals: int) -> str:
    """What was typed as ASCII digits with a point, where it is a number in one of the usual ways to write one."""
    plain = "".join(str(unicodedata.decimal(letter, letter)) for letter in typed)
    plain = plain.replace("\N{MINUS SIGN}", "-").replace("\N{ARABIC DECIMAL SEPARATOR}", ",")
    plain = " ".join(plain.split())
    if _GROUPS.match(plain):
        plain = plain.replace(" ", "").replace("'", "").replace("’", "")
    whole, comma, part = plain.partition(",")
    # "1,200" is twelve hundred to one reader and one and a fifth to another: it is asked back, not guessed.
    if comma and decimals and part.isdigit() and len(part) != 3:
        plain = f"{whole}.{part}"
    return plain


def _not_a_number(typed: str, plain: str, decimals: int) -> Sentence | None:
    if len(plain) > LONGEST_NUMBER or not _DIGITS.fullmatch(plain):
        return _what_it_is_instead(typed, decimals)
    whole, _, part = plain.partition(".")
    if len(whole.lstrip("+-0")) + len(part) > MOST_DIGITS:
        return Sentence("Write a number of at most %(most)s digits.", {"most": MOST_DIGITS})
    if len(part.rstrip("0")) <= decimals:
        return None
    if decimals == 0:
        return Sentence("Write a whole number, without a decimal point.")
    return counted(
        "Write at most %(count)s digit after the point.", "Write at most %(count)s digits after the point.", decimals
    )


def _what_it_is_instead(typed: str, decimals: int) -> Sentence:
    example = "2.5" if decimals else "12"
    if "," in typed:
        return Sentence("Write the number without a comma, for example %(example)s.", {"example": example})
    if any(letter.isdigit() for letter in typed):
        return Sentence("Write only one number in digits, for example %(example)s.", {"example": example})
    return Sentence("Write the number in digits, for example %(example)s.", {"example": example})


def _range(least: float | None, most: float | None) -> Sentence:
    if least is not None and most is not None:
        return Sentence("Write a number from %(least)s to %(most)s.", {"least": least, "most": most})
    if least is not None:
        return Sentence("Write %(least)s or a higher number.", {"least": least})
    return Sentence("Write %(most)s or a lower number.", {"most": "" if most is None else most})
