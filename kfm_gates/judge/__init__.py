"""Docket, running, known-answer tests, gate decision, and the process in which judging happens."""
