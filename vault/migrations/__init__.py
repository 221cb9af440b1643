"""How the two databases came to be. No migration imports a table class: a table's past is not its present."""
