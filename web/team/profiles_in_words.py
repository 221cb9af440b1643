"""The kinds of release in the language of the page. The commands and the manifest say the same in English."""

from flask_babel import lazy_gettext as _l

TITLES = {
    "refi": _l("A project for coding tools (REFI-QDA)"),
    "qualcoder": _l("QualCoder"),
    "taguette": _l("Taguette"),
    "atlas": _l("ATLAS.ti"),
    "maxqda": _l("MAXQDA"),
    "nvivo": _l("NVivo"),
    "statistics": _l("Statistics"),
    "tables": _l("Large tables"),
    "csv": _l("Plain tables"),
    "reading": _l("Reading"),
    "quoting": _l("Quoting"),
    "archive": _l("An archive"),
}

CONTAINS = {
    "refi": _l(
        "One document for each participant and occasion, coded by question and speaker; the codebook by itself."
    ),
    "qualcoder": _l("A project as QualCoder reads it, the codebook, and the answers as a survey to import."),
    "taguette": _l("The texts as web pages and the codebook as a table."),
    "atlas": _l("A survey to import and the texts as Word files."),
    "maxqda": _l("Structured texts to import and the texts as Word files."),
    "nvivo": _l("A project as NVivo reads it, a classification sheet and the texts as Word files."),
    "statistics": _l(
        "Tables as CSV, for SPSS, Stata and Parquet, their description (DDI), and scripts for R and Python."
    ),
    "tables": _l("The same without the files of SPSS and Stata, which have to fit into memory."),
    "csv": _l("The same as text alone: CSV, the codebook, the description (DDI) and scripts."),
    "reading": _l("The texts as Word files and as plain text."),
    "quoting": _l("The texts of those who may be quoted, and of nobody else, under names of this release alone."),
    "archive": _l(
        "Open formats, of those who agreed to later research and of nobody else, under names of this release alone."
    ),
}

# What Verbatim itself knows of participants; the attributes of a sampling frame have the names that the study gave.
KNOWN = {
    "site": _l("site"),
    "language": _l("language in which they were asked for consent"),
    "quotable": _l("whether they may be quoted"),
}

LEFT_OUT = {
    "withdrew and was erased": _l("withdrew and was erased"),
    "never agreed to take part": _l("never agreed to take part"),
    "did not agree to be quoted": _l("did not agree to be quoted"),
    "did not agree to later research": _l("did not agree to later research"),
}
