"""Where to click in the demo, and with which secrets: for a person, and for a script that goes on as anybody."""

import json
from typing import Any

from sqlalchemy.orm import Session

from survey import links, participants, statuses
from survey.participants import Standing
from vault.studies import Role
from web.cli.demo_stage import Actor, Member, Stage

# What each role is for, and the page to open first.
_FIRST_PAGE = {
    Role.LEAD: ("the whole study: progress, approvals, versions, keys", "/progress"),
    Role.COORDINATOR: ("letters, links and who people are", "/letters"),
    Role.INTERVIEWER: ("interviews: one memo is still open, one person is waiting", "/interviews"),
    Role.TRANSCRIBER: ("recordings", ""),
    Role.ANALYST: ("answers without names, and what was asked of whom", "/asked"),
    Role.AUDITOR: ("the log, and nothing that anybody said", "/log"),
}

# Whose links are worth a look, and what for.
_WORTH_A_LOOK = (
    ("now-1", "Has the letter in hand and has decided nothing: read, decide, answer."),
    ("now-2", "The same in French."),
    ("now-3", "Has agreed, and is half-way through the short survey."),
    ("now-4", "Has sent the survey and waits for the interview. This is a code to be typed, too."),
    ("5", "Was interviewed: what is held about me, change my mind, leave."),
)


def for_scripts(stage: Stage, db: Session) -> dict[str, Any]:
    """Accounts, participants and addresses as plain values. Whoever was erased has no code any more."""
    base = stage.settings.public_url
    standing = {one.id: one.standing for one in participants.of_study(db, stage.study_id)}
    status = statuses.of_study(db, stage.study_id)
    return {
        "demo": True,
        "seed": stage.calendar.seed,
        "sign_in": f"{base}/sign-in",
        "study": str(stage.study_id),
        "study_url": _study(stage),
        "accounts": [_account(member) for member in stage.team.values()],
        "participants": [
            {
                "key": actor.person.key,
                "pseudonym": actor.pseudonym,
                "name": actor.person.name,
                "mentor": actor.person.mentor,
                "language": actor.person.language,
                "status": status[actor.id].value,
                "standing": standing[actor.id].value,
                "code": actor.code,
                "link": _link(stage, actor),
            }
            for actor in stage.actors.values()
            if actor.code and standing[actor.id] is not Standing.ERASED
        ],
        "enrolment_links": [f"{base}/join/{link.word}" for link in links.of_study(db, stage.study_id)],
    }


def _account(member: Member) -> dict[str, str]:
    return {
        "role": member.role.value,
        "name": member.name,
        "email": member.email,
        "passphrase": member.passphrase,
        "totp_secret": member.totp_secret,
        "totp_uri": member.totp_uri,
        "recovery_code": member.recovery_code,
    }


def _study(stage: Stage) -> str:
    return f"{stage.settings.public_url}/studies/{stage.study_id}"


def _link(stage: Stage, actor: Actor) -> str:
    return f"{stage.settings.public_url}/p#{actor.code}"


def in_json(stage: Stage, db: Session) -> str:
    """The same as one line of JSON."""
    return json.dumps(for_scripts(stage, db), ensure_ascii=False)


def for_people(stage: Stage) -> str:
    """A sheet to read: who can sign in with what, and which participant's link shows what."""
    base = stage.settings.public_url
    lines = [
        "This is a demo. Every person in it is invented, and so is everything they say. Use it for nothing real:",
        "whoever reads this sheet can open all of it.",
        "",
        f"The team signs in at {base}/sign-in",
        "The six digits of the second factor come from an authenticator app, or from: oathtool --totp --base32 SECRET",
    ]
    for member in stage.team.values():
        what, page = _FIRST_PAGE[member.role]
        lines += [
            "",
            f"  {member.role.value.title()}: {what}",
            f"    E-mail address  {member.email}",
            f"    Passphrase      {member.passphrase}",
            f"    Second factor   {member.totp_secret}",
            f"    Then open       {_study(stage)}{page}",
        ]
    lines += ["", "Participants need no account: each opens the link in their letter."]
    for key, what in _WORTH_A_LOOK:
        actor = stage.actors[key]
        lines += ["", f"  {actor.person.name} ({actor.pseudonym}). {what}", f"    {_link(stage, actor)}"]
    lines += ["", "Anybody else may come in by the open door:", f"    {base}/join/{stage.material.frame.link}", ""]
    return "\n".join(lines)
