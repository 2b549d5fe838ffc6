"""Who met whom: a sentence read for its parties, what they did, when and where; the register.

Start at `extract`.
"""
