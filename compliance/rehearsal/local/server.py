"""Runs MiniStack on a listening socket, and writes down what it decides. A process of its own.

It runs in the interpreter that has MiniStack, and so imports nothing of this package, and is one
file, however long:

    python -P server.py <file descriptor of the socket> <file for the records> <file of handlers>

It ends when its standard input is closed: no crash of whoever started it leaves it behind.

The records are JSON, one a line, `kind` first:

- `call`: a request to an API, answered: `call` (its number), `method`, `path`, `status`.
- `trace`: a function was invoked for a call: `call`, `trace`.
- `decision`: an authorization: `policy` (`identity` or `resource`), `principal`, `action`,
  `resource`, `decision` (`Allow`, `Deny`, `ImplicitDeny`), `matched` (the statements that applied
  and decided), and what asked for it: the number of a `call`, or the `trace` of an invocation.
- `refused`: the outcome of all policies together, where it is not an allowance.
- `handler`: what a handler of CloudFormation would call while it deploys a resource: `stack`,
  `logical_id`, `role`, `action`, `resource`, and whether the policies of that role allow it
  (`decision`, `sid`).

MiniStack's CloudFormation calls no API for what it makes, and asks nobody. The file of handlers
says what CloudFormation would call, by stack and logical id, as a list of `action`, `resource` (an
ARN with `${<stack>/<logical id>}` for a physical id) and `context` (condition keys of the request);
what stands under an empty logical id is the stack's own. When a stack is deployed with an execution
role, MiniStack's evaluator is asked each of them once the resource is there and its name is known,
and a denial fails the resource. Without the file nothing is asked.

Functions of MiniStack are wrapped for it, and one is mended. All are named in `adapt` and in
`Handlers.adapt` and nowhere else; one that is missing ends the process.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import itertools
import json
import os
import re
import secrets
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

Message = dict[str, Any]

_asked_by: contextvars.ContextVar[Message] = contextvars.ContextVar("asked_by", default={})  # noqa: B039 - never changed in place
_handed_out: set[str] = set()
"""Traces of the invocations so far."""
_policy: contextvars.ContextVar[str] = contextvars.ContextVar("policy", default="identity")
_PLACE = re.compile(r"\$\{([^{}]+)\}")


class Records:
    """The file of records; every line is whole and on disk before the next begins."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._lock = threading.Lock()

    def write(self, kind: str, **values: object) -> None:
        """Add a record."""
        line = json.dumps({"kind": kind, "time": time.time(), **values}, default=str)
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()


class Handlers:
    """Asks whether a stack's execution role may do what CloudFormation's handlers call."""

    def __init__(self, path: Path, records: Records, evaluator: Any) -> None:
        self._path = path
        self._records = records
        self._evaluator = evaluator
        self._evaluate = evaluator.evaluate  # not told as an authorization: nobody called
        self._roles: dict[str, str] = {}
        self._physical: dict[str, str] = {}
        self._asked: set[str] = set()
        self._expected: Message = {}

    def adapt(self) -> None:
        """Have MiniStack's CloudFormation ask."""
        from ministack.services.cloudformation import (  # noqa: PLC0415 - only this process has it
            handlers,
            stacks,
        )

        actions = handlers._ACTION_HANDLERS  # noqa: SLF001
        for name in ("CreateChangeSet", "CreateStack", "UpdateStack"):
            actions[name] = self._noting_role(actions[name], handlers._p)  # noqa: SLF001
        stacks._provision_keeping_seed = self._asking(  # noqa: SLF001
            stacks._provision_keeping_seed,  # noqa: SLF001
            lambda _kind, logical_id, _properties, stack: (stack, logical_id),
        )
        stacks._update_keeping_seed = self._asking(  # noqa: SLF001
            stacks._update_keeping_seed,  # noqa: SLF001
            lambda _kind, _id, _old, _new, stack, logical_id, _known: (stack, logical_id),
        )

    def _noting_role(self, handler: Callable[..., Any], of: Callable[..., str]) -> Any:
        @functools.wraps(handler)
        def wrapper(parameters: Any) -> Any:
            role = of(parameters, "RoleARN")
            if role:
                # The stack keeps it: later operations without one use the same.
                self._roles[_stack(of(parameters, "StackName"))] = role
            return handler(parameters)

        return wrapper

    def _asking(self, provision: Callable[..., Any], place: Callable[..., Any]) -> Any:
        @functools.wraps(provision)
        def wrapper(*arguments: Any) -> Any:
            result = provision(*arguments)
            stack, logical_id = place(*arguments)
            self._physical[f"{stack}/{logical_id}"] = str(result[0][0])
            self._ask(stack, logical_id)
            return result

        return wrapper

    def _ask(self, stack: str, logical_id: str) -> None:
        role = self._roles.get(stack)
        if role is None or not self._path.is_file():
            return
        from ministack.services import iam  # noqa: PLC0415 - only this process has it

        if not self._expected:
            self._expected = json.loads(self._path.read_text(encoding="utf-8"))
        expected = self._expected.get(stack, {})
        first = stack not in self._asked
        self._asked.add(stack)
        account, name = role.split(":")[4], role.rpartition("/")[2]
        layers = (
            self._evaluator._gather_role_policies(name, account),  # noqa: SLF001
            *self._evaluator._permissions_boundary(iam._roles, name, account),  # noqa: SLF001
        )
        denied = []
        for each in (*(expected.get("", ()) if first else ()), *expected.get(logical_id, ())):
            resource = self._filled(each["resource"])
            context = {key.lower(): self._filled(value) for key, value in each["context"].items()}
            if resource is None or None in context.values():
                continue  # What it is about is not there yet: it is asked with that.
            result = self._evaluate(
                self._evaluator.EvalContext(
                    principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/AWSCloudFormation",
                    principal_type="AssumedRole",
                    principal_account=account,
                    action=each["action"],
                    resource_arn=resource,
                    region=os.environ["MINISTACK_REGION"],
                    service_context=context,
                ),
                *layers,
            )
            self._records.write(
                "handler",
                stack=stack,
                logical_id=logical_id,
                role=role,
                action=each["action"],
                resource=resource,
                decision=result.decision,
                sid=result.matched_sid,
            )
            if result.decision != "Allow":
                denied.append(f"{each['action']} on {resource}")
        if denied:
            more = f" and {len(denied) - 1} more" if len(denied) > 1 else ""
            raise PermissionError(f"{name} is not allowed {denied[0]}{more} (execution policy)")

    def _filled(self, resource: str) -> str | None:
        """An ARN with the physical ids that it names; `None` while one is not known."""
        found = _PLACE.search(resource)
        while found is not None:
            physical = self._physical.get(found[1])
            if physical is None:
                return None
            before = resource[: found.start()]
            if physical.startswith(before):
                name = physical.removeprefix(before)  # it is an ARN itself
            else:
                name = re.split(r"[/:]", physical)[-1] if ":" in physical else physical
            if before.endswith("/"):
                name = name.removeprefix("/")  # a parameter's name has one of its own
            resource = before + name + resource[found.end() :]
            found = _PLACE.search(resource)
        return resource


def _stack(name: str) -> str:
    """A stack's name, where its ARN may be given."""
    return name.split("/")[1] if name.startswith("arn:") else name


def adapt(records: Records, handlers: Path) -> None:
    """Have MiniStack tell what it decides; must come before its services are imported."""
    from ministack.core import iam_evaluator  # noqa: PLC0415 - only this process has it

    deploying = Handlers(handlers, records, iam_evaluator)
    iam_evaluator.evaluate = _telling(iam_evaluator, records)
    iam_evaluator.evaluate_resource_policy = _marking(iam_evaluator.evaluate_resource_policy)
    iam_evaluator.enforce = _telling_refusals(iam_evaluator.enforce, records)

    from ministack.services import apigateway, lambda_svc  # noqa: PLC0415 - after the above

    lambda_svc._xray_trace_id_for_invocation = _telling_traces(  # noqa: SLF001
        lambda_svc._xray_trace_id_for_invocation,  # noqa: SLF001
        records,
    )
    # It fetches the keys of its own Cognito over plain http, from a port that speaks TLS: every
    # token would be refused. Its own address is right, only the scheme is not.
    resolve = apigateway._resolve_jwks_url  # noqa: SLF001

    @functools.wraps(resolve)
    async def over_tls(authorizer: Message) -> str | None:
        url: str | None = await resolve(authorizer)
        own = f"http://{apigateway._HOST}:{apigateway._PORT}/"  # noqa: SLF001
        return url.replace("http:", "https:", 1) if url and url.startswith(own) else url

    apigateway._resolve_jwks_url = over_tls  # noqa: SLF001
    deploying.adapt()


def _telling(evaluator: Any, records: Records) -> Callable[..., Any]:
    evaluate = evaluator.evaluate

    @functools.wraps(evaluate)
    def wrapper(context: Any, policies: list[list[Any]], *limits: Any) -> Any:
        result = evaluate(context, policies, *limits)
        effect = "Allow" if result.decision == "Allow" else "Deny"
        # All statements that decide, not the first alone: what another statement gives as well is
        # exercised too, and whoever reads the records may see that it is given twice.
        matched = [
            _applied(statement, context, evaluator)
            for statements in policies
            for statement in statements
            if evaluator._first_match(context, [statement], effect)  # noqa: SLF001
        ]
        records.write(
            "decision",
            policy=_policy.get(),
            principal=context.principal_arn,
            action=context.action,
            resource=context.resource_arn,
            decision=result.decision,
            matched=matched,
            **_asked_by.get(),
        )
        return result

    return wrapper


def _applied(statement: Any, context: Any, evaluator: Any) -> Message:
    """A statement by what of it applies: one of AWS's own lists a thousand actions."""
    return {
        "sid": statement.sid,
        "actions": [
            pattern
            for pattern in statement.actions
            if evaluator._action_matches(context.action, [pattern], [])  # noqa: SLF001
        ],
        "resources": [
            pattern
            for pattern in statement.resources
            if evaluator._resource_matches(context.resource_arn, [pattern], [])  # noqa: SLF001
        ],
        "not_actions": bool(statement.not_actions),
        "not_resources": bool(statement.not_resources),
        "conditions": statement.conditions,
    }


def _marking(evaluate_resource_policy: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(evaluate_resource_policy)
    def wrapper(*arguments: Any, **named: Any) -> Any:
        token = _policy.set("resource")
        try:
            return evaluate_resource_policy(*arguments, **named)
        finally:
            _policy.reset(token)

    return wrapper


def _telling_refusals(enforce: Callable[..., Any], records: Records) -> Callable[..., Any]:
    @functools.wraps(enforce)
    def wrapper(access_key_id: str, action: str, service: str, *rest: Any, **named: Any) -> Any:
        refusal = enforce(access_key_id, action, service, *rest, **named)
        if refusal is not None:
            records.write(
                "refused",
                principal=getattr(refusal, "principal_arn", ""),
                action=action,
                resource=named.get("resource_arn", rest[1] if len(rest) > 1 else "*"),
                reason=getattr(refusal, "code", "") or getattr(refusal, "reason", ""),
                **_asked_by.get(),
            )
        return refusal

    return wrapper


def _telling_traces(make: Callable[..., Any], records: Records) -> Callable[..., Any]:
    @functools.wraps(make)
    def wrapper(*arguments: Any, **named: Any) -> Any:
        # A function that is not traced has a trace id too, on AWS, which says that it is not
        # sampled; MiniStack gives it none.
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        trace = make(*arguments, **named) or (
            f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};"
            f"Parent={secrets.token_hex(8)};Sampled=0"
        )
        root = _root(trace)
        _handed_out.add(root)
        if "call" in _asked_by.get():
            records.write("trace", trace=root, **_asked_by.get())
        return trace

    return wrapper


def _root(trace: str) -> str:
    """The part of a trace header that all calls of one invocation have in common."""
    return next((part[5:] for part in trace.split(";") if part.startswith("Root=")), trace)


def observed(app: Callable[..., Awaitable[None]], records: Records) -> Callable[..., Any]:
    """The ASGI application, with a number for every request."""
    numbers = itertools.count(1)

    async def application(
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        number = next(numbers)
        # A function's own calls carry the trace of its invocation: AWS's SDKs see to that.
        trace = _root(dict(scope["headers"]).get(b"x-amzn-trace-id", b"").decode("latin-1"))
        of_function = trace in _handed_out
        _asked_by.set({"trace": trace} if of_function else {"call": number})

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and not of_function:
                records.write(
                    "call",
                    call=number,
                    method=scope["method"],
                    path=scope["path"],
                    status=message["status"],
                )
            await send(message)

        await app(scope, receive, noting)

    return application


def _end_with_standard_input() -> None:
    # Read to its end, which comes when the last process that holds the other side is gone.
    while os.read(0, 4096):
        pass
    os._exit(0)


async def _serve(descriptor: int, records: Records) -> None:
    from hypercorn.asyncio import serve  # noqa: PLC0415 - only this process has it
    from hypercorn.config import Config  # noqa: PLC0415
    from ministack.app import app  # noqa: PLC0415

    config = Config()
    # Of a socket that stands already: no other process can take the port in between, and it listens
    # on loopback alone, which MiniStack's own command does not.
    config.bind = [f"fd://{descriptor}"]
    config.certfile = os.environ["MINISTACK_SSL_CERT"]
    config.keyfile = os.environ["MINISTACK_SSL_KEY"]
    config.keep_alive_timeout = 75
    config.errorlog = "-"
    await serve(observed(app, records), config)


def main() -> None:
    """Serve until standard input ends."""
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    with Path(sys.argv[2]).open("a", encoding="utf-8") as file:
        records = Records(file)
        adapt(records, Path(sys.argv[3]))
        asyncio.run(_serve(int(sys.argv[1]), records))


if __name__ == "__main__":
    main()
