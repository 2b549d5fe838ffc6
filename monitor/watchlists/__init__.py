"""The analyst's workbench: files, queries, compiling, lint, tests, explanations, backtests.

Start at `compile`.
"""
