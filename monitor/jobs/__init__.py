"""The straight lines (verbs): poll, alert, digest, deliver, prune. Start at `poll`."""
