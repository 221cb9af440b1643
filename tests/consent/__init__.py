"""Tests of what was agreed."""
