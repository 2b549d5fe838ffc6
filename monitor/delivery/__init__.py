"""Hand messages over: a folder for each channel, with its settings. Start at `channel`, then `notifier`."""
