"""May anyone use the data, whose is it, and is that on record wherever a user looks?"""
