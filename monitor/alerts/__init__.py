"""Whom to tell, and when: routes, groups, silences, intervals, digest windows. Start at `routing`."""
