"""What access is new: whether new policies allow a request that old ones did not.

From the ground up: `globs` is the wildcard language, `contexts` and `formulas` are conditions,
`whose` is principals, `cells` is actions; `reading` turns policies into `clauses`; `question`
decides one of them and `comparison` all; `documents` and `templates` are the doors.
"""
