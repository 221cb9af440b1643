"""The operator's commands. Each is one file; none of them shows what anybody said."""
