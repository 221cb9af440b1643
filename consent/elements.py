"""The elements of informed consent that a letter has to cover: article 3.2 of TCPS 2 (2022), in our words.

An author points to the heading under which each stands, or says why it does not apply to this study.
"""

from collections.abc import Mapping
from enum import StrEnum


class Element(StrEnum):
    """One thing that somebody has to be told before they can decide. The order is that of the article."""

    INVITATION = "invitation"
    PURPOSE = "purpose"
    PROCEDURES = "procedures"
    RISKS = "risks"
    FREEDOM = "freedom"
    NEWS = "news"
    DATA_WITHDRAWAL = "data-withdrawal"
    INTERESTS = "interests"
    DISSEMINATION = "dissemination"
    RESEARCHERS = "researchers"
    INDEPENDENT_CONTACT = "independent-contact"
    CONFIDENTIALITY = "confidentiality"
    PAYMENT = "payment"
    RIGHTS = "rights"
    STOPPING_RULES = "stopping-rules"


def said(text: str) -> str:
    """``text``, which is English and stands in the catalogue for translation: ``pybabel extract -k said``."""
    return text


# What the letter has to say, as the author of a letter reads it.
REQUIRED: Mapping[Element, str] = {
    Element.INVITATION: said("That the person is invited to take part in research"),
    Element.PURPOSE: said("What the research is for, who does it and who pays for it"),
    Element.PROCEDURES: said("What taking part consists of, how long it takes and what is expected of the person"),
    Element.RISKS: said("What could be unpleasant or harmful, and what good may come of it"),
    Element.FREEDOM: said(
        "That nobody has to take part, and that anybody can stop at any time without giving a reason"
    ),
    Element.NEWS: said("That the person is told in time of anything that could change their mind"),
    Element.DATA_WITHDRAWAL: said("How to have one's data removed, and from when on that is no longer possible"),
    Element.INTERESTS: said("Whether anybody could earn from it, and what conflicts of interest there are"),
    Element.DISSEMINATION: said("How results are published, and whether anybody can be recognised in them"),
    Element.RESEARCHERS: said("Whom to ask about the research"),
    Element.INDEPENDENT_CONTACT: said("Whom to ask about ethics, who is not one of the researchers"),
    Element.CONFIDENTIALITY: said("What is collected, who sees it, how it is protected and when it must be disclosed"),
    Element.PAYMENT: said("What is paid, reimbursed or given, and what happens in case of injury"),
    Element.RIGHTS: said("That whoever agrees gives up no right to legal recourse"),
    Element.STOPPING_RULES: said("In clinical trials: when the trial is stopped or a person is taken out of it"),
}
