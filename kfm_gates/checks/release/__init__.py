"""Is what is released what was approved, all of it and nothing else?"""
