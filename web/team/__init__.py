"""The team's pages: sign in, plan, author, recruit, transcribe, review, release."""
