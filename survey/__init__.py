"""What was answered and said, by whom only as a pseudonym, and where each person stands in the study."""
