"""Least-privilege IAM."""
