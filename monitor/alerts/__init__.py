"""Turn stories into messages: routing, digest windows, composing, rendering. Start at `compose`."""
