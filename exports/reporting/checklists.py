"""The two checklists that journals ask of qualitative work, item by item, in our words.

COREQ: Tong, Sainsbury & Craig, Int J Qual Health Care 2007 (32 items). SRQR: O'Brien et al., Acad Med 2014 (21 items).
Numbers and names of items are theirs; read the originals for what each means in full.
"""

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Who can answer an item."""

    RECORDS = "records"  # the study's records, wholly or in part; the team may add to it
    TEAM = "team"  # only the team knows
    PAPER = "paper"  # it is written in the paper itself


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a checklist."""

    number: int
    part: str
    name: str
    asks: str
    source: Source

    @property
    def key(self) -> str:
        """What the team's words on it are kept under, within its checklist."""
        return str(self.number)


@dataclass(frozen=True, slots=True)
class Checklist:
    """A checklist with its items in order."""

    key: str
    name: str
    cited: str
    items: tuple[Item, ...]


_TEAM, _STUDY, _FOUND = "Research team and reflexivity", "Study design", "Analysis and findings"
_R, _T, _P = Source.RECORDS, Source.TEAM, Source.PAPER

COREQ = Checklist(
    "coreq",
    "COREQ",
    "Tong A, Sainsbury P, Craig J. Consolidated criteria for reporting qualitative research (COREQ). "
    "Int J Qual Health Care 2007;19:349-357.",
    (
        Item(1, _TEAM, "Interviewer", "Who conducted the interviews?", _R),
        Item(2, _TEAM, "Credentials", "Which degrees do the researchers have?", _T),
        Item(3, _TEAM, "Occupation", "What was their occupation at the time?", _T),
        Item(4, _TEAM, "Gender", "Which gender are the researchers?", _T),
        Item(5, _TEAM, "Experience and training", "Which experience and training did they have?", _T),
        Item(6, _TEAM, "Relationship established", "Did they know the participants before the study?", _T),
        Item(7, _TEAM, "Participants' knowledge of the interviewer", "What did participants know of them?", _R),
        Item(8, _TEAM, "Interviewer characteristics", "Which assumptions and interests do they state?", _T),
        Item(9, _STUDY, "Methodological orientation", "Which methodology underpins the study?", _T),
        Item(10, _STUDY, "Sampling", "How were participants selected?", _R),
        Item(11, _STUDY, "Method of approach", "How were they approached?", _R),
        Item(12, _STUDY, "Sample size", "How many took part?", _R),
        Item(13, _STUDY, "Non-participation", "How many refused or dropped out, and why?", _R),
        Item(14, _STUDY, "Setting of data collection", "Where were data collected?", _T),
        Item(15, _STUDY, "Presence of non-participants", "Was anybody else present?", _T),
        Item(16, _STUDY, "Description of sample", "Which characteristics does the sample have?", _R),
        Item(17, _STUDY, "Interview guide", "Were questions and prompts provided, and tried out first?", _R),
        Item(18, _STUDY, "Repeat interviews", "Was anybody interviewed more than once?", _R),
        Item(19, _STUDY, "Audio and visual recording", "Was it recorded?", _R),
        Item(20, _STUDY, "Field notes", "Were notes made during or after the interviews?", _R),
        Item(21, _STUDY, "Duration", "How long did the interviews last?", _T),
        Item(22, _STUDY, "Data saturation", "Was saturation discussed?", _T),
        Item(23, _STUDY, "Transcripts returned", "Did participants see their transcripts?", _T),
        Item(24, _FOUND, "Number of coders", "How many people coded the data?", _T),
        Item(25, _FOUND, "Description of the coding tree", "Is the coding tree described?", _P),
        Item(26, _FOUND, "Derivation of themes", "Were themes set beforehand or found in the data?", _R),
        Item(27, _FOUND, "Software", "Which software was used?", _R),
        Item(28, _FOUND, "Participant checking", "Did participants comment on the findings?", _R),
        Item(29, _FOUND, "Quotations presented", "Are themes illustrated by quotations, each identified?", _P),
        Item(30, _FOUND, "Data and findings consistent", "Do findings follow from the data presented?", _P),
        Item(31, _FOUND, "Clarity of major themes", "Are the major themes clear?", _P),
        Item(32, _FOUND, "Clarity of minor themes", "Are diverse cases and minor themes discussed?", _P),
    ),
)

_INTRO, _METHOD, _RESULT, _END = "Title, abstract, introduction", "Methods", "Results", "Discussion and other"

SRQR = Checklist(
    "srqr",
    "SRQR",
    "O'Brien BC, Harris IB, Beckman TJ, Reed DA, Cook DA. Standards for reporting qualitative research. "
    "Acad Med 2014;89:1245-1251.",
    (
        Item(1, _INTRO, "Title", "Does the title say what was studied and how?", _P),
        Item(2, _INTRO, "Abstract", "Does the abstract sum up the study?", _P),
        Item(3, _INTRO, "Problem formulation", "Why does the problem matter?", _P),
        Item(4, _INTRO, "Purpose or research question", "What is the question?", _T),
        Item(5, _METHOD, "Qualitative approach", "Which approach and paradigm guided the study?", _T),
        Item(6, _METHOD, "Researcher characteristics", "What of the researchers may have influenced it?", _T),
        Item(7, _METHOD, "Context", "In which setting did it take place?", _R),
        Item(8, _METHOD, "Sampling strategy", "How and why were participants selected, until when?", _R),
        Item(9, _METHOD, "Ethical issues", "Who approved it, how was consent given, how are data protected?", _R),
        Item(10, _METHOD, "Data collection methods", "Which data were collected, when, and how did that change?", _R),
        Item(11, _METHOD, "Instruments and technologies", "With which guides and devices, and did they change?", _R),
        Item(12, _METHOD, "Units of study", "How many participants, documents, events?", _R),
        Item(13, _METHOD, "Data processing", "How were data managed, secured, de-identified?", _R),
        Item(14, _METHOD, "Data analysis", "How were themes found, by whom?", _T),
        Item(15, _METHOD, "Trustworthiness", "What was done to make it trustworthy?", _R),
        Item(16, _RESULT, "Synthesis and interpretation", "What was found?", _P),
        Item(17, _RESULT, "Links to empirical data", "Which evidence bears the findings?", _P),
        Item(18, _END, "Integration with prior work", "What does it add to what is known?", _P),
        Item(19, _END, "Limitations", "Where are its limits?", _P),
        Item(20, _END, "Conflicts of interest", "Which interests may have influenced it?", _T),
        Item(21, _END, "Funding", "Who paid for it, and what was their part?", _T),
    ),
)

CHECKLISTS = (COREQ, SRQR)


def find(key: str) -> Checklist | None:
    """The checklist of this name, if there is one."""
    return next((one for one in CHECKLISTS if one.key == key), None)
