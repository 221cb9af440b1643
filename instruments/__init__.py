"""What is asked: instruments, their versions, and the way through them; pure of any database and of the web."""
