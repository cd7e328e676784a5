"""The review of a change: what a reviewer decides on without opening AWS's documentation.

`sources` reads both sides into one form, `reviewing` compares them, and `to_text`, `to_markdown`
and `to_json` say what came of it. What is compared: resources (`changes`), access
(`compliance.iam.access`), `exposure` and `protection`; `model` says what a review consists of.
"""
