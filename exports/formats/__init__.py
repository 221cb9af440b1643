"""Writers: each makes the files of one format from a dataset, says what that format cannot carry, and knows no other."""
