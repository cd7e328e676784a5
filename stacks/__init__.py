"""The five stacks of the items service: see `stacks.compose.compose`.

Importing this package loads no CDK, so that settings are judged before Node.js starts.
"""
