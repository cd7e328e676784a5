"""Starts the environments of functions anew, so that nothing they keep outlives a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compliance.rehearsal.errors import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compliance.rehearsal.stage import Stage

MARK: Final = " (restarted)"
"""Stands at the end of a function's description while it is started anew."""

_LONGEST_DESCRIPTION: Final = 256
# A function in a VPC may take a minute, as the page below says.
_WAIT: Final = {"Delay": 0.1, "MaxAttempts": 1200}


def restart(stage: Stage, functions: Sequence[str]) -> None:
    """Have the next call of each function start in a new environment.

    Any change of its settings does that: Lambda provisions the function anew, and says so when it
    serves by the new settings alone. The description is changed and put back, which changes nothing
    else. The timeout goes along as it is: the local AWS takes a description for no reason to start.
    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html

    Args:
        stage: with an operator.
        functions: names or ARNs. Only their unpublished version is started anew; a published one
            cannot be changed.

    Raises:
        RehearsalError: Lambda refuses, or is not done after two minutes.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    service = stage.client("lambda")
    done = service.get_waiter("function_updated")
    descriptions: dict[str, str] = {}
    try:
        try:
            for name in functions:
                # Lambda refuses a change while another one is under way.
                done.wait(FunctionName=name, WaiterConfig=_WAIT)
                _mark(service, name, descriptions)
            for name in functions:
                done.wait(FunctionName=name, WaiterConfig=_WAIT)
        finally:
            # Not waited for: until it is done, what serves is new already.
            for name, description in descriptions.items():
                service.update_function_configuration(FunctionName=name, Description=description)
    except (BotoCoreError, ClientError) as error:
        raise RehearsalError(
            f"{', '.join(functions)}: cannot be started anew: {error}; next: see that the operator "
            "may call lambda:GetFunctionConfiguration and lambda:UpdateFunctionConfiguration"
        ) from error


def _mark(service: Any, name: str, descriptions: dict[str, str]) -> None:
    settings = service.get_function_configuration(FunctionName=name)
    present = settings.get("Description", "")
    # A restart that was killed in between has left its mark, and this one takes it away.
    description = present.removesuffix(MARK)
    marked = description[: _LONGEST_DESCRIPTION - len(MARK)] + MARK
    service.update_function_configuration(
        FunctionName=name,
        Description=description if marked == present else marked,
        Timeout=settings["Timeout"],
    )
    descriptions[name] = description
