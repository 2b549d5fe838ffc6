"""What is said: alerts, digests and notices as data for templates, and rendered.

Start at `alert`, then `render`.
"""
