"""The words that a copy adds to what was signed, by language.

They are part of the paper and not of the pages: a copy made in ten years has to be the copy made today, so they are no
entries of a catalogue, and a change of them is a new set beside the old one.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words."""

    version: str
    decided: str
    question: str
    answer: str
    yes: str
    no: str
    undecided: str
    script: str
    signature: str
    spoken: str
    what: str
    entry: str
    name: str
    signed_at: str
    read_by: str
    read_at: str
    heard_by: str
    recording: str
    spoken_meaning: str
    unsigned: str
    check: str
    check_text: str
    study: str
    participant: str
    document: str
    fingerprint: str
    occasion: str
    log: str
    log_text: str
    log_file: str


_ENGLISH = Words(
    version="Version {}",
    decided="What you decided",
    question="Question",
    answer="Answer",
    yes="Yes",
    no="No",
    undecided="Not answered (counts as no)",
    script="What was read out to you",
    signature="Your signature",
    spoken="How your consent was given",
    what="What",
    entry="Entry",
    name="Name, as you typed it",
    signed_at="Signed at",
    read_by="Read out and noted by",
    read_at="Answered at",
    heard_by="Heard by",
    recording="Recording",
    spoken_meaning=(
        "The text above was read out to you, and you answered each question aloud. Whoever read it out noted your "
        "answers and vouches for them."
    ),
    unsigned="Not signed: you agreed to nothing on this occasion.",
    check="How to check this copy",
    check_text=(
        "This copy shows what you decided at the time below, in the words that you were shown. Later decisions do not "
        "change it and have copies of their own. The fingerprint is the SHA-256 of the document's stored text; the "
        "study's log names the same one."
    ),
    study="Study",
    participant="Participant",
    document="Document",
    fingerprint="Fingerprint",
    occasion="Entry number",
    log="Its line in the study's log",
    log_text=(
        "The study's log, which nobody can change unnoticed, has a line about this decision: number {0} of {1} at that "
        "time. The file receipt.json, which is enclosed in this PDF, proves it. It does not say who you are. The "
        "ethics board, or anybody with the program verify_log.py, can check it."
    ),
    log_file="Proof that this decision stands in the study's log",
)

_FRENCH = Words(
    version="Version {}",
    decided="Ce que vous avez décidé",
    question="Question",
    answer="Réponse",
    yes="Oui",
    no="Non",
    undecided="Sans réponse (vaut non)",
    script="Ce qui vous a été lu",
    signature="Votre signature",
    spoken="Comment vous avez donné votre consentement",
    what="Quoi",
    entry="Mention",
    name="Nom, tel que vous l’avez tapé",
    signed_at="Signé le",
    read_by="Lu et noté par",
    read_at="Répondu le",
    heard_by="Entendu par",
    recording="Enregistrement",
    spoken_meaning=(
        "Le texte ci-dessus vous a été lu et vous avez répondu à chaque question de vive voix. La personne qui l’a lu "
        "a noté vos réponses et s’en porte garante."
    ),
    unsigned="Non signé\u00a0: vous n’avez rien accepté à cette occasion.",
    check="Comment vérifier cette copie",
    check_text=(
        "Cette copie montre ce que vous avez décidé au moment indiqué ci-dessous, dans les mots qui vous ont été "
        "présentés. Des décisions ultérieures n’y changent rien et ont leurs propres copies. L’empreinte est le "
        "SHA-256 du texte conservé du document\u00a0; le journal de l’étude mentionne la même."
    ),
    study="Étude",
    participant="Participant(e)",
    document="Document",
    fingerprint="Empreinte",
    occasion="Numéro de l’inscription",
    log="Sa ligne dans le journal de l’étude",
    log_text=(
        "Le journal de l’étude, que personne ne peut modifier à l’insu de tous, contient une ligne sur cette décision"
        "\u00a0: numéro {0} sur {1} à ce moment. Le fichier receipt.json, joint à ce PDF, le prouve. Il ne dit pas qui "
        "vous êtes. Le comité d’éthique, ou toute personne disposant du programme verify_log.py, peut le vérifier."
    ),
    log_file="Preuve que cette décision figure au journal de l’étude",
)

_WORDS = {"en": _ENGLISH, "fr": _FRENCH}


def words_for(language: str) -> tuple[str, Words]:
    """The words for a document in ``language``, behind the language they are in: English where we have no other."""
    base = language.partition("-")[0]
    found = base if base in _WORDS else "en"
    return found, _WORDS[found]
