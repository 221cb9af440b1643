"""Consent by telephone is a decision like any other: each thing by itself, bound to the text that was read aloud."""

import re

import pytest

from consent import decisions
from consent.decisions import Mode
from consent.scopes import Scope
from survey import assignments
from survey.statuses import Status
from tests.web.interviewer.conftest import Desk
from tests.web.pages import Form
from vault.studies import Scope as Keys

SCOPES = [scope.value.replace("-", "_") for scope in Scope]


def asked(desk: Desk, language: str = "en") -> Form:
    return desk.browser.get(f"{desk.here}/consent?language={language}").form("/consent")


def said(form: Form, *yes: Scope, **more: str) -> Form:
    return form.fill(**{f"scope_{one.value.replace('-', '_')}": "yes" if one in yes else "no" for one in Scope}, **more)


@pytest.mark.parametrize("vouched", ["witness", "recording"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_was_said_stands_with_who_asked_who_heard_it_and_which_text_it_was(
    undecided: Desk, language: str, vouched: str
) -> None:
    field, jo = undecided.field, undecided.jo
    page = said(asked(undecided, language), Scope.TAKE_PART, Scope.QUOTED, **{vouched: "T-014 / Kim"}).submit()

    assert page.path == undecided.here
    assert page.notices == ["What was said stands."]
    with field.stores.work(reading=True) as work:
        (sitting,) = decisions.history(work.db, jo.participant.id)
        key = assignments.key_of(
            work.keyring, jo.participant, Keys.LINKAGE, account=field.interviewer.account, seed=field.interviewer.seed
        )
        signed = decisions.signed_on(key, sitting.occasion)
        assert decisions.grant_for(work.db, jo.participant.id).scopes == {Scope.TAKE_PART, Scope.QUOTED}
    occasion = sitting.occasion
    assert (occasion.mode, occasion.read_by, occasion.language) == (Mode.SPOKEN, field.interviewer.id, language)
    assert occasion.document == field.document.fingerprint
    assert occasion.at == undecided.house.clock.time
    assert {one.scope: one.agreed for one in sitting.decisions} == {
        scope: scope in (Scope.TAKE_PART, Scope.QUOTED) for scope in Scope
    }
    assert (signed.witness, signed.recording) == (
        ("T-014 / Kim", "") if vouched == "witness" else ("", "T-014 / Kim")
    )  # fmt: skip
    assert field.status(jo) is Status.CONSENTED


def test_the_script_is_read_in_either_language_and_nothing_is_ticked_beforehand(undecided: Desk) -> None:
    english = undecided.browser.get(f"{undecided.here}/consent")
    french = undecided.browser.get(f"{undecided.here}/consent?language=fr")

    assert "Good day. My name is" in english.words("article")
    assert "Bonjour. Je m’appelle" in french.words("article")
    assert french.document.xpath("//article/@lang") == ["fr"]
    assert english.document.xpath("//input[@type='radio'][@checked]") == []
    assert len(english.document.xpath("//fieldset[contains(@class, 'decision')]")) == len(Scope)


@pytest.mark.parametrize("left_out", SCOPES)
def test_each_thing_is_asked_and_what_was_chosen_stays(undecided: Desk, left_out: str) -> None:
    form = asked(undecided)
    for scope in SCOPES:
        if scope != left_out:
            form.fill(**{f"scope_{scope}": "yes"})
    page = form.fill(witness="Kim Sample").submit()

    assert page.status == 422
    ((sentence, beside),) = page.complaints.items()
    assert (sentence.partition(":")[0], beside) == ("Say what was answered to", f"scope_{left_out}")
    again = page.form("/consent")
    assert again.value("witness") == "Kim Sample"
    assert sum(again.value(f"scope_{scope}") == "yes" for scope in SCOPES) == len(SCOPES) - 1
    with undecided.field.stores.work(reading=True) as work:
        assert decisions.history(work.db, undecided.jo.participant.id) == ()


def test_a_yes_needs_a_witness_or_a_recording_and_a_no_needs_neither(undecided: Desk) -> None:
    page = said(asked(undecided), Scope.TAKE_PART).submit()
    assert page.status == 422
    assert list(page.complaints.values()) == ["recording"]
    assert page.form("/consent").value("scope_take_part") == "yes"

    page = said(page.form("/consent")).submit()
    assert page.path == undecided.here
    assert undecided.field.status(undecided.jo) is Status.DECLINED
    assert "Nothing: they declined" in undecided.browser.get(f"{undecided.field.at}/interviews").words()


def test_a_newer_text_published_meanwhile_is_shown_and_what_was_chosen_stays(undecided: Desk) -> None:
    form = said(asked(undecided), Scope.TAKE_PART, Scope.RECORDED, recording="T-014")
    newer = undecided.field.publish_document()
    page = form.submit()

    assert page.status == 422
    assert any("newer version" in one for one in page.complaints)
    assert f"version {newer.number} of the consent text" in page.words()
    again = page.form("/consent")
    assert again.value("document") == newer.fingerprint
    assert (again.value("scope_recorded"), again.value("scope_quoted"), again.value("recording")) == (
        "yes", "no", "T-014",
    )  # fmt: skip
    with undecided.field.stores.work(reading=True) as work:
        assert decisions.history(work.db, undecided.jo.participant.id) == ()

    assert again.submit().path == undecided.here
    with undecided.field.stores.work(reading=True) as work:
        (sitting,) = decisions.history(work.db, undecided.jo.participant.id)
    assert sitting.occasion.document == newer.fingerprint


def test_a_text_that_is_none_of_this_study_is_not_consented_to(undecided: Desk) -> None:
    page = said(asked(undecided), Scope.TAKE_PART, witness="Kim").tamper(document="0" * 64)

    assert page.status in {404, 422}
    with undecided.field.stores.work(reading=True) as work:
        assert decisions.history(work.db, undecided.jo.participant.id) == ()


def test_a_change_of_mind_is_a_further_decision(desk: Desk) -> None:
    said(asked(desk), Scope.TAKE_PART, witness="Kim").submit()

    page = desk.browser.get(desk.here)
    marks = [" ".join(one.text_content().split()) for one in page.document.xpath("//ul[@class='marks']/li")]
    assert marks == ["yes take part", "no be recorded", "no be quoted", "no later research", "no be told the results"]
    assert re.search("Ask for consent by telephone", page.words())
    with desk.field.stores.work(reading=True) as work:
        assert len(decisions.history(work.db, desk.jo.participant.id)) == 2


def test_nobody_consents_after_a_withdrawal(desk: Desk) -> None:
    form = said(asked(desk), Scope.TAKE_PART, witness="Kim")
    desk.field.withdraw(desk.jo)

    assert form.submit().status == 403


def test_the_name_of_a_witness_stands_nowhere_in_clear(undecided: Desk) -> None:
    said(asked(undecided), Scope.TAKE_PART, witness="Wilhelmina Nachtigall").submit()

    home = undecided.house.settings.home
    assert all(b"Nachtigall" not in file.read_bytes() for file in home.rglob("*") if file.is_file())
