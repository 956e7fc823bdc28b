"""Fixtures, fakes and drivers that several suites share."""
