"""Decide what matters, and why: watchlists, text, query, matcher. Start at `matcher`."""
