"""Does a version's name follow from its bytes, and do all documents speak of the same version?"""
