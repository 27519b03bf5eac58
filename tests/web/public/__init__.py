"""Tests of what everybody may read: the charter as page and document, its feed, its register, its log, its pictures."""
