"""Tests of the proof that nothing was altered."""
