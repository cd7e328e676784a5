"""Snapshots: every synthesized template, as it was last accepted.

`folder` says where they lie and `compliance.review.canonical` what they hold; `comparing` reviews
what differs; `engine` does so for the gate, and `extension` for pytest, through syrupy.
"""
