"""The loopback world of `monitor demo`, and the invented stories that previews and checks render."""
