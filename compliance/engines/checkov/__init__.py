"""Checkov: always a process of its own, its interpreter may be another environment's."""
