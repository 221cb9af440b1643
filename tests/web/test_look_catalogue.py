"""The pages speak French as well: every sentence, as it is written today, with its typography."""

import re

from flask import Flask
from flask_babel import force_locale, gettext

from tests.web import catalogue
from web.kit import i18n

FRENCH = catalogue.read("fr")
SAID = [(str(one.id), one.string if isinstance(one.string, str) else " ".join(one.string)) for one in FRENCH if one.id]
PLACE = re.compile(r"%\(\w+\)[sd]|</?\w+>")


def test_every_sentence_of_the_program_is_said_in_french() -> None:
    missing = catalogue.missing(FRENCH)
    assert missing == [], f"{len(missing)} sentences lack their French; run: make catalogue"


def test_the_compiled_catalogue_is_that_of_the_written_one() -> None:
    mo = catalogue.po_of("fr").with_suffix(".mo")
    assert mo.read_bytes() == catalogue.compiled(FRENCH), "run: make catalogue"


def test_the_french_keeps_every_place_for_a_value_and_every_mark() -> None:
    singular = [
        (str(one.id), one.string)
        for one in FRENCH
        if isinstance(one.id, str) and isinstance(one.string, str) and one.string
    ]
    assert [id_ for id_, said in singular if sorted(PLACE.findall(id_)) != sorted(PLACE.findall(said))] == []


def test_the_french_is_set_as_french_is_set() -> None:
    """Typographic apostrophes; a space that does not break before ; : ! ? and inside guillemets."""
    straight = [said for _, said in SAID if "'" in said]
    spaces = [said for _, said in SAID if re.search(r"(?:^|[^\u00a0\u202f])[;!?](?!\w)| :|\w:\s|« | »", said)]
    assert (straight, spaces) == ([], [])


def test_the_french_speaks_to_people_politely() -> None:
    assert [said for _, said in SAID if re.search(r"\b(?:tu|ton|tes|toi)\b", said, re.IGNORECASE)] == []


def test_a_page_in_french_finds_the_sentences_of_the_vault() -> None:
    app = Flask("web", root_path=str(catalogue.LOCALE.parent))
    i18n.install(app)
    with app.test_request_context(), force_locale("fr"):
        assert gettext("There is nothing here.") == "Il n’y a rien ici."
