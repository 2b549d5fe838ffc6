"""What happened, told by whom: items that report one event. Start at `cluster`."""
