"""Figures: what docs/performance.md states, measured anew by ``python -m bench``."""
