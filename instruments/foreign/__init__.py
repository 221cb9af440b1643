"""Instruments in the files of other programs: read with an account of every row, and written so that they accept it."""
