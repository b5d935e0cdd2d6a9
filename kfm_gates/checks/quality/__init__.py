"""Is the data as good as its specification demands?"""
