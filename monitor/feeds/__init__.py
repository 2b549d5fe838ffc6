"""Get items: fetch politely, decode, parse in a limited process, clean, and know an item again.

Start at `fetch`.
"""
