"""What a board is handed to convince itself: so far the file that checks the log on anybody's computer."""
