"""Deploys an attested assembly, and nothing else.

The files are copied to a folder that is this process's alone, and everything is asked of the copy:
whether the attestation holds, what the change consists of, what the CDK CLI deploys. So nothing can
change between check and use, and nothing is synthesized again. A change set is made stack by stack,
shown, compared with the attested template, and that very change set is executed.
"""
