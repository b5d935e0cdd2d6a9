"""May a run be repeated, in which mode, and what must it leave behind?"""
