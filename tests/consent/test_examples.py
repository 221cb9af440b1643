"""The ready documents can be published in every language, as soon as a study's own contacts stand in them."""

import pytest

from consent import documents, examples
from consent.documents import NotPublishable
from consent.examples import Example
from consent.inspection import inspect
from consent.scopes import Scope
from tests.approving import approved_wording
from tests.consent.letters import CONTACTS, Scene, ready_letter
from vault.errors import Missing


@pytest.mark.parametrize("example", examples.library(), ids=lambda example: example.name)
def test_a_ready_document_is_sound_but_for_its_invented_contacts_and_says_what_it_is(example: Example) -> None:
    found = inspect(example.wording)
    assert {str(one).partition(":")[0] for one in found} == {"This is invented and comes from the example"}
    assert "mentors@example.org" in str(found[0])
    assert [one.place for one in found] == ["text-en", "text-fr", "script-en", "script-fr"]
    assert inspect(example.with_contacts(CONTACTS)) == []
    assert "example" in example.label
    assert "example" in example.wording.note["en"]


def test_the_reference_study_asks_five_things_in_two_languages_and_needs_one(quick: Scene) -> None:
    invented = examples.find("mentors-and-mentees").wording
    with pytest.raises(NotPublishable):
        documents.publish(
            quick.db, quick.study.id, invented, approval=quick.approval.number, by=quick.lead.id, now=quick.now
        )
    wording = ready_letter()
    assert wording.languages == ("en", "fr")
    assert [asked.scope for asked in wording.asked] == list(Scope)
    assert wording.necessary == {Scope.TAKE_PART}
    approval = approved_wording(quick.db, wording, quick.approval.number, by=quick.lead.id, now=quick.now)
    document = documents.publish(quick.db, quick.study.id, wording, approval=approval, by=quick.lead.id, now=quick.now)
    for language in wording.languages:
        shown = documents.shown(document, language)
        assert shown.html.count("<h2>") == 15
        assert all(shown.script.count(number) == 1 for number in ("0175", "0186"))


def test_a_letter_says_no_more_than_a_tired_person_reads() -> None:
    for example in examples.library():
        for text in example.wording.text.values():
            paragraphs = [block for block in text.split("\n\n") if not block.startswith("#")]
            assert max(len(paragraph.split()) for paragraph in paragraphs) <= 70


def test_there_is_no_document_of_another_name() -> None:
    with pytest.raises(Missing):
        examples.find("../library")
