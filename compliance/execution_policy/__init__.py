"""The least-privilege policy of CloudFormation's execution role, for the stacks of an assembly.

`cdk bootstrap` gives that role `AdministratorAccess` unless it is told otherwise
(`--cloudformation-execution-policies`; CDK Developer Guide, 'Customize AWS CDK bootstrapping').
What the role needs is read from two sources: CloudFormation's provider schemas name the actions of
each type's handlers, and the Service Authorization Reference says what each can be scoped to.

What it does not show: a handler may call what its schema does not name, and a schema names what
only some settings of a type need. What a template gives no occasion for is left out and listed.
What is not decided here is listed as undecided, and the result is not green.

What remains: **who may write a role may grant.** This role creates the roles of the assembly and
writes their policies, so that whoever may have it deploy a template can give those roles any
right. A permissions boundary on all of them closes that, and then the policy asks for it by
condition and does not allow to take it off; a boundary policy that is part of the assembly itself
can be rewritten by the same deployment.
"""

from compliance.execution_policy.documents import MAX_CHARACTERS, MAX_DOCUMENTS, Document
from compliance.execution_policy.making import ExecutionPolicy, make
from compliance.execution_policy.model import Need, Omitted, Target, Undecided

__all__ = [
    "MAX_CHARACTERS",
    "MAX_DOCUMENTS",
    "Document",
    "ExecutionPolicy",
    "Need",
    "Omitted",
    "Target",
    "Undecided",
    "make",
]
