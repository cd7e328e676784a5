"""Snapshots: every synthesized template, as it was last accepted.

`canonical` says what a snapshot holds; `engine` compares a whole assembly for the gate; `plugin`
offers the same to pytest, through syrupy.
"""
