"""Registers the catalogue with Checkov when Checkov loads this folder as external checks."""

from compliance.engines.checkov.bridge import register

CHECKS = register()
