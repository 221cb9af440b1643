"""The interviewer's pages: prepare, converse, deposit."""
