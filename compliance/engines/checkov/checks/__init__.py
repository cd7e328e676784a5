"""The folder for Checkov's own command line: `checkov --external-checks-dir <this folder>`."""
