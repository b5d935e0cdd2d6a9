"""What pre-commit runs: quick answers on the files of one commit. Advice, never evidence: no permit rests on it."""
