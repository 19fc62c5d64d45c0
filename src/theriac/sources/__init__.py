"""Everything Theriac knows about its sources' formats: one file per source, one line here for each format.

A new source is one file, one line in FORMATS and one golden folder under `tests/sources/`.
"""
