"""What the study's records say to the items of the checklists, in sentences for a paper."""

from collections.abc import Mapping

from consent.scopes import Scope
from exports.reporting.checklists import COREQ, Checklist
from exports.reporting.counted import Facts
from instruments import versions
from instruments.definition import questions
from survey.statuses import Status

_TOOK_PART = (Status.CONSENTED, Status.INTERVIEWED, Status.CLOSED)


def known(of: Facts, checklist: Checklist) -> Mapping[str, str]:
    """By item, what the records tell; an item of which they tell nothing is left out."""
    told = _coreq(of) if checklist is COREQ else _srqr(of)
    return {item: sentence for item, sentence in told.items() if sentence}


def _coreq(of: Facts) -> Mapping[str, str]:
    return {
        "1": _interviewers(of),
        "7": _letter(of),
        "10": _sampling(of),
        "11": _approach(of),
        "12": _size(of),
        "13": _lost(of),
        "16": _groups(of),
        "17": _guides(of),
        "18": _repeated(of),
        "19": _recorded(of),
        "20": _notes(of),
        "26": _themes(of),
        "27": _software(of),
        "28": _results(of),
    }


def _srqr(of: Facts) -> Mapping[str, str]:
    return {
        "7": f"It ran at {_listed(of.sites)}." if of.sites else "",
        "8": _joined(_sampling(of), _approach(of)),
        "9": _joined(_boards(of), _letter(of)),
        "10": _joined(_held(of), _notes(of)),
        "11": _joined(_guides(of), _recorded(of), _themes(of)),
        "12": _joined(_size(of), _groups(of)),
        "13": _joined(_protection(), _software(of)),
        "15": _trail(of),
    }


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _listed(parts: Mapping[str, int] | tuple[str, ...]) -> str:
    words = list(parts)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def _plural(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _interviewers(of: Facts) -> str:
    parts = tuple(
        f"{name} ({_plural(count, 'interview', 'interviews')})" for name, count in sorted(of.interviewers.items())
    )
    return f"Interviews were conducted by {_listed(parts)}." if parts else ""


def _letter(of: Facts) -> str:
    if not of.texts:
        return ""
    return (
        f"Participants read or heard an information letter ({_plural(of.texts, 'version', 'versions')}), decided about "
        "each use of their data by itself, and could withdraw at any time without a reason."
    )


def _boards(of: Facts) -> str:
    return f"The study was approved by {_listed(of.boards)}." if of.boards else ""


def _sampling(of: Facts) -> str:
    if of.frame:
        return f"Sampling was purposive by a frame fixed beforehand, with targets: {of.frame}."
    return ""


def _approach(of: Facts) -> str:
    parts = []
    if of.letters:
        parts.append(f"{_plural(of.letters, 'letter was', 'letters were')} sent")
    if of.nominated:
        parts.append(f"{_plural(of.nominated, 'person was', 'people were')} named by other participants")
    said = " and ".join(parts)
    return f"{said[0].upper()}{said[1:]}." if said else ""


def _size(of: Facts) -> str:
    took_part = sum(of.standing[status] for status in _TOOK_PART)
    if not took_part:
        return ""
    said = f"{_plural(took_part, 'person', 'people')} took part"
    if of.interviews:
        return f"{said}; {_plural(of.interviewed, 'was', 'were')} interviewed in {of.interviews} interviews."
    return f"{said}."


def _lost(of: Facts) -> str:
    counts = {
        "declined": of.standing[Status.DECLINED],
        "did not reply": of.standing[Status.NO_REPLY],
        "withdrew": of.standing[Status.WITHDRAWN],
    }
    parts = tuple(f"{count} {words}" for words, count in counts.items() if count)
    return f"Of those who were approached, {_listed(parts)}. Nobody was asked for a reason." if parts else ""


def _groups(of: Facts) -> str:
    parts = tuple(f"{name}: {count}" for name, count in sorted(of.groups.items()))
    return f"By group: {'; '.join(parts)}." if parts else ""


def _guides(of: Facts) -> str:
    said = []
    for key, published in of.guides:
        first, last = (len(list(questions(versions.definition_of(one)))) for one in (published[0], published[-1]))
        if len(published) == 1:
            said.append(f"The guide {key} had {_plural(first, 'topic', 'topics')} and did not change.")
        else:
            said.append(
                f"The guide {key} grew over {len(published)} versions from {first} to {last} topics; each change has "
                "its reason on record, and for each interview it is known which topics were in the guide."
            )
    return " ".join(said)


def _repeated(of: Facts) -> str:
    if not of.interviews:
        return ""
    if not of.repeated:
        return "Nobody was interviewed more than once."
    return f"{_plural(of.repeated, 'person was', 'people were')} interviewed more than once."


def _recorded(of: Facts) -> str:
    agreed = of.agreed.get(Scope.RECORDED, 0)
    return f"Interviews were recorded where the participant agreed to it ({agreed} did)." if agreed else ""


def _notes(of: Facts) -> str:
    return "The interviewer noted each topic during the interview and wrote a memo afterwards." if of.interviews else ""


def _held(of: Facts) -> str:
    if of.held is None:
        return ""
    first, last = of.held
    return f"Interviews were held from {first.isoformat()} to {last.isoformat()}."


def _themes(of: Facts) -> str:
    if not of.themes:
        return ""
    return f"Questions were added as themes emerged: {', '.join(of.themes)}."


def _software(of: Facts) -> str:
    said = "Data were collected and kept in Verbatim."
    if of.profiles:
        return f"{said} De-identified extracts were released for: {', '.join(of.profiles)}."
    return said


def _results(of: Facts) -> str:
    agreed = of.agreed.get(Scope.RESULTS, 0)
    return f"{_plural(agreed, 'participant', 'participants')} asked to be told the results." if agreed else ""


def _protection() -> str:
    return (
        "Each participant's answers were sealed under a key of their own, names under other keys in other hands; what "
        "was released was de-identified, checked for small groups and approved by a second person."
    )


def _trail(of: Facts) -> str:
    if not of.guides:
        return ""
    return (
        "An audit trail that can be verified independently records every version of the guides with its reasons, and "
        "who was asked what."
    )
