"""Writers: each makes the files of one format from a dataset and says what is lost in it. None knows another."""
