"""The pages speak French as well: every sentence, as it is written today, with its typography."""

import re
from collections.abc import Sequence

from flask import Flask
from flask_babel import force_locale, gettext

from tests.web import catalogue
from web.kit import i18n

FRENCH = catalogue.read("fr")
SAID = [(str(one.id), one.string if isinstance(one.string, str) else " ".join(one.string)) for one in FRENCH if one.id]
PLACE = re.compile(r"%\(\w+\)[sd]|</?\w+[^>]*>")
# What is to be typed as it stands there keeps its own signs: YAML, a condition.
CODE = re.compile(r"\{[^}]*\}|«\u00a0\w+:[^»]*»")


def test_every_sentence_of_the_program_is_said_in_french() -> None:
    missing = catalogue.missing(FRENCH)
    assert missing == [], f"{len(missing)} sentences lack their French; run: make catalogue"


def test_the_compiled_catalogue_is_that_of_the_written_one() -> None:
    mo = catalogue.po_of("fr").with_suffix(".mo")
    assert mo.read_bytes() == catalogue.compiled(FRENCH), "run: make catalogue"


def test_the_french_keeps_every_place_for_a_value_and_every_mark() -> None:
    assert [(one.id, one.string) for one in FRENCH if one.id and not _keeps_places(one.id, one.string)] == []


def _keeps_places(id_: str | Sequence[str], said: str | Sequence[str]) -> bool:
    if isinstance(id_, str) or isinstance(said, str):
        return sorted(PLACE.findall(str(id_))) == sorted(PLACE.findall(str(said)))
    # A singular may leave the number out, where the number is no news.
    one, many = (PLACE.findall(form) for form in said)
    places = PLACE.findall(id_[1])
    return sorted(many) == sorted(places) and {*one} <= {*places}


def test_the_french_is_set_as_french_is_set() -> None:
    """Typographic apostrophes; a space that does not break before ; : ! ? and inside guillemets."""
    prose = [CODE.sub("", said) for _, said in SAID]
    straight = [said for said in prose if re.search(r"\w'\w", said)]
    spaces = [said for said in prose if re.search(r"(?:^|[^\u00a0\u202f])[;!?](?!\w)| :|\w:\s|« | »", said)]
    assert (straight, spaces) == ([], [])


def test_the_french_speaks_to_people_politely() -> None:
    assert [said for _, said in SAID if re.search(r"\b(?:tu|ton|tes|toi)\b", said, re.IGNORECASE)] == []


def test_a_page_in_french_finds_the_sentences_of_the_vault() -> None:
    app = Flask("web", root_path=str(catalogue.LOCALE.parent))
    i18n.install(app)
    with app.test_request_context(), force_locale("fr"):
        assert gettext("There is nothing here.") == "Il n’y a rien ici."


def test_what_the_rooms_say_is_found_however_they_say_it() -> None:
    code = '''
"""Whoever reads code reads this."""
class Unfit(Invalid):
    """And this."""
    public = "This does not fit: Calgary"
_LACKS = {1: "There is no consent to this."}
_TITLES = {2: said("Whom to ask")}
def check(spot):
    yield spot.error("Add “%(name)s” here.", name="x")
    yield counted("One is left.", "%(count)s are left.", 2)
    raise Unfit("Give one, for example: Calgary")
def keep():
    raise ValueError("Nobody is shown this.")
    log(f"Nor this. {gettext('But this')} And not this.")
'''
    assert sorted(message for _, message in catalogue.in_code("survey/x.py", code) if isinstance(message, str)) == [
        "Add “%(name)s” here.",
        "But this",
        "Give one, for example: Calgary",
        "There is no consent to this.",
        "This does not fit: Calgary",
        "Whom to ask",
    ]
    assert ("survey/x.py", ("One is left.", "%(count)s are left.")) in list(catalogue.in_code("survey/x.py", code))
