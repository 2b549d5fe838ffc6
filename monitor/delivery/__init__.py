"""Hand messages over: one file per kind of receiver. Start at `notifier`."""
