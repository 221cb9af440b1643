"""The participant's pages: arrive, agree, answer, leave."""
