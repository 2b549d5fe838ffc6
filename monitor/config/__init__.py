"""What the operator wrote: the models of `monitor.yaml`, and reading it. Start at `load`, then `model`."""
