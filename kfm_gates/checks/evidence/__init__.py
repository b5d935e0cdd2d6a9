"""Is the evidence there, readable, at rest, and in the order in which it came about?"""
