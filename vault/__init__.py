"""What is secret and what is remembered. Only this room imports ``cryptography``; nothing here knows the web."""
