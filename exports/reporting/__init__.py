"""What a paper has to report of a study, as far as its records tell it: COREQ and SRQR."""
