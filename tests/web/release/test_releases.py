"""Releases through their pages: asked for, checked, decided on, built, fetched; and every no on the way."""

import json

import pytest

from exports import leaving
from exports.profiles import PROFILES
from survey import participants
from survey.withdrawals import Way
from tests.web.release.conftest import SAID, Desk, contents, hired
from tests.web.visitors import Visitor
from vault.studies import Role
from web.team.profiles_in_words import CONTAINS, TITLES


def _built(desk: Desk, **typed: str | bool) -> str:
    """The address of a release that the analyst asked for and the lead approved."""
    at = desk.ask(desk.analyst, **typed).path
    desk.lead.get(at).form("/check").submit()
    desk.work()
    desk.lead.get(at).form("/approve").submit()
    desk.work()
    return at


def test_a_release_is_asked_for_checked_approved_built_and_fetched(desk: Desk) -> None:
    page = desk.ask(desk.analyst)
    assert page.notices == ["The release was asked for."]
    at = page.path
    assert "/check" not in page.text
    assert "set the check going" in page.words()
    begun = desk.lead.get(at).form("/check").submit()
    assert begun.notices[0] == "The release is being checked."
    desk.work()
    checked = desk.lead.get(at)
    assert "Participants4" in checked.words().replace(" ", "")
    approved = checked.form("/approve").submit()
    assert approved.notices[0] == "The release was approved and is being built."
    desk.work()
    files = contents(desk.analyst.get(at).form("/fetch").submit())
    text = "\n".join(files.values())
    assert "answered within a day" in text
    for name in SAID:
        assert name not in text
    assert {entry["name"] for entry in json.loads(files["manifest.json"])["files"]} == set(files) - {"manifest.json"}
    deeds = [deed for deed in desk.field.actions() if deed.startswith("release.")]
    assert deeds == [
        "release.asked", "release.started", "release.checked", "release.approved", "release.started", "release.built",
        "release.fetched",
    ]  # fmt: skip


def test_whoever_asked_does_not_approve_as_long_as_somebody_else_may(desk: Desk) -> None:
    at = desk.ask(desk.lead).path
    desk.work()
    alone = desk.lead.get(at)
    form = alone.form("/approve")
    refused = form.submit()
    assert refused.status == 422
    assert list(refused.complaints.values()) == ["declaration"]
    done = refused.form("/approve").fill(declaration="I am the only lead of this study.").submit()
    assert "Decided by one person alone" in done.words()
    desk.work()
    assert contents(desk.lead.get(at).form("/fetch").submit())


def test_only_whoever_asked_fetches_the_file(desk: Desk) -> None:
    at = _built(desk)
    other = desk.lead.get(at)
    assert "/fetch" not in other.text
    assert desk.lead.send(f"{at}/fetch").status == 403
    assert "release.fetched" not in desk.field.actions()


def test_a_release_by_which_somebody_could_be_recognised_is_refused_with_what_would_do(desk: Desk) -> None:
    form = desk.analyst.get(f"{desk.at}/ask").form("/ask")
    refused = form.fill(profile="reading", purpose="To read.", recipients="Us.").submit()
    assert refused.status == 422
    assert "Somebody could be recognised" in refused.words()
    groups = [" ".join(one.text_content().split()) for one in refused.document.xpath("//main//tbody/tr")]
    assert len(groups) == 4
    assert all(group.endswith("1") for group in groups)
    assert any("university: Calgary" in group for group in groups)
    proposal = refused.document.xpath("string(//main//pre)")
    assert proposal
    assert refused.form("/ask").value("coarser").replace("\r\n", "\n") == proposal
    again = refused.form("/ask").submit()
    assert again.notices == ["The release was asked for."]
    assert proposal.splitlines()[0] in again.words("pre")


def test_what_was_typed_stays_when_a_request_is_refused(desk: Desk) -> None:
    refused = desk.ask(desk.analyst, purpose="", coarser="nonsense", days="400")
    assert refused.status == 422
    assert set(refused.complaints.values()) == {"purpose", "coarser", "days"}
    assert refused.form("/ask").value("recipients") == "The two analysts."
    assert refused.form("/ask").value("coarser") == "nonsense"


def test_voices_cannot_be_asked_for_where_there_are_none(desk: Desk) -> None:
    assert list(desk.ask(desk.analyst, voice="yes").complaints.values()) == ["voice"]


def test_the_names_that_were_replaced_are_listed_for_the_approver_and_the_log_says_who_looked(desk: Desk) -> None:
    at = desk.ask(desk.analyst).path
    desk.lead.get(at).form("/check").submit()
    desk.work()
    names = desk.lead.get(f"{at}/names")
    assert "Jo Example" in names.words()
    assert desk.analyst.get(f"{at}/names").status == 403
    assert "release.looked-through" in desk.field.actions()


def test_a_refusal_says_why_and_nothing_is_built(desk: Desk) -> None:
    at = desk.ask(desk.analyst).path
    desk.lead.get(at).form("/check").submit()
    desk.work()
    assert desk.lead.get(at).form("/refuse").submit().complaints
    desk.lead.get(at).form("/refuse").fill(reason="Too many attributes for so few people.").submit()
    assert "Too many attributes for so few people." in desk.analyst.get(at).words()
    assert desk.lead.send(f"{at}/approve").status == 409


def test_whoever_asked_withdraws_the_request(desk: Desk) -> None:
    at = desk.ask(desk.analyst).path
    page = desk.analyst.get(at).form("/withdraw").submit()
    assert "The request was withdrawn." in page.words()
    assert desk.lead.send(f"{at}/check").status == 409


def test_the_page_says_what_is_at_work_and_what_died(desk: Desk) -> None:
    at = desk.ask(desk.analyst).path
    desk.lead.get(at).form("/check").submit()
    assert "At work" in desk.lead.get(at).words(".notice")
    desk.house.clock.move(minutes=2)
    died = desk.lead.get(at)
    assert "It stopped before the end" in died.words()
    desk.worker = hired(desk.house)
    assert died.form("/check").submit().notices[0] == "The release is being checked."
    desk.work()
    assert "waits for approval" in desk.lead.get(at).title


def test_without_a_worker_the_page_says_who_has_to_do_what(desk: Desk) -> None:
    at = desk.ask(desk.analyst).path
    desk.worker.leave()
    answer = desk.lead.send(f"{at}/check")
    assert answer.status == 403
    assert "verbatim work" in answer.words()


def test_a_file_whose_time_is_over_is_gone(desk: Desk) -> None:
    at = _built(desk, days="1")
    desk.house.clock.move(days=2)
    analyst = desk.field.browser(desk.house, Role.ANALYST)
    assert analyst.send(f"{at}/fetch").status == 403
    assert "/fetch" not in analyst.get(at).text


def test_whoever_was_erased_is_named_to_those_who_have_the_file(desk: Desk) -> None:
    at = _built(desk)
    gone = desk.people["Sam Sample"]
    with desk.field.stores.work() as work:
        here = participants.find(work.db, desk.field.study.id, gone.participant.id)
        leaving.withdraw(work.db, work.keyring, here, Way.ERASE, now=desk.house.clock.time)
        work.commit()
    page = desk.analyst.get(at)
    assert gone.pseudonym in page.words()
    assert "withdrawn since" in page.words()
    assert "/fetch" not in page.text
    assert desk.analyst.send(f"{at}/fetch").status == 403
    assert "somebody withdrew" in desk.analyst.get(desk.at).words()


def test_the_approver_is_told_that_names_of_the_forgotten_are_not_known(desk: Desk) -> None:
    desk.field.withdraw(desk.people["Jo Example"], Way.ANONYMISE)
    at = desk.ask(desk.analyst).path
    desk.lead.get(at).form("/check").submit()
    desk.work()
    assert "1 participant asked to be forgotten" in desk.lead.get(at).words()


def test_only_spaces_are_nothing_and_what_was_typed_stays(desk: Desk) -> None:
    refused = desk.ask(desk.analyst, purpose="   ")
    assert refused.status == 422
    assert list(refused.complaints.values()) == ["purpose"]
    assert refused.form("/ask").value("recipients") == "The two analysts."


def test_a_rule_that_does_nothing_is_told(desk: Desk) -> None:
    refused = desk.ask(desk.analyst, coarser="site: Nowhere + Calgary = here\nuniversity: year only")
    assert list(refused.complaints.values()) == ["coarser", "coarser"]


def test_every_profile_has_its_words_on_the_page() -> None:
    assert set(TITLES) == set(CONTAINS) == set(PROFILES)


@pytest.mark.parametrize("profile", ["refi", "qualcoder", "taguette", "atlas", "maxqda", "nvivo", "statistics"])
def test_every_profile_can_be_asked_for_and_fetched(desk: Desk, profile: str) -> None:
    files = contents(desk.analyst.get(_built(desk, profile=profile)).form("/fetch").submit())
    assert len(files) > 2


def _text(visitor: Visitor, at: str) -> str:
    return "\n".join(contents(visitor.get(at).form("/fetch").submit()).values())


def test_the_quoting_profile_has_nobody_who_did_not_agree_to_be_quoted(desk: Desk) -> None:
    text = _text(desk.analyst, _built(desk, profile="quoting"))
    assert "answered within a day" in text
    assert "say no" not in text
    assert not any(someone.pseudonym in text for someone in desk.people.values())


def test_the_list_shows_every_release_with_where_it_stands(desk: Desk) -> None:
    _built(desk)
    desk.ask(desk.analyst, profile="statistics")
    listed = desk.analyst.get(desk.at).words()
    assert "ready to fetch" in listed
    assert "asked for" in listed
