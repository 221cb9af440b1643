"""What was agreed: documents, scopes, and decisions as proof that somebody asked."""
