"""What was fetched, from where, when, and under which terms."""
