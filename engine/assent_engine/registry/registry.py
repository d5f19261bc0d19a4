"""The step registry: the whitelist of what a policy can name."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from typing import Any, TypeVar, get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError, model_validator

from assent_engine.registry.context import StepContext
from assent_engine.registry.declaration import (
    Compensation,
    Reconcile,
    RegistrationError,
    Risk,
    StepDeclaration,
)
from assent_engine.registry.macro import Macro
from assent_schemas import exact_json, spelling
from assent_schemas.policy import Policy
from assent_schemas.states import Machine

Function = TypeVar("Function", bound=Callable[..., Any])


class NoInput(BaseModel):
    """The input of a step that takes none; whatever it is given is ignored."""

    @model_validator(mode="before")
    @classmethod
    def _ignore(cls, _given: Any) -> dict[str, Any]:
        return {}


class StepRegistry:
    """Steps and macros by name.

    `register` on the class adds to the process-wide registry, as the decorator `step` does;
    an instance of its own is for tests and simulations. `policies` are those that policy.run can
    name, each as its callers do; None where they are not known.
    """

    _shared: "StepRegistry | None" = None

    def __init__(self) -> None:
        self._steps: dict[str, StepDeclaration] = {}
        self._macros: dict[str, Macro] = {}
        self._schemas: dict[str, dict[str, Any]] = {}
        self.policies: Mapping[str, Policy] | None = None
        self._results: dict[str, dict[str, Any]] = {}
        self._watching: list[Callable[[], None]] = []

    @classmethod
    def shared(cls) -> "StepRegistry":
        """The process-wide registry."""
        if cls._shared is None:
            cls._shared = cls()
        return cls._shared

    @classmethod
    def register(
        cls, name: str, description: str, **declared: Any
    ) -> Callable[[Function], Function]:
        """Register in the process-wide registry; see `add_step` for the declaration."""
        return cls.shared().add_step(name, description, **declared)

    def add_step(
        self,
        name: str,
        description: str,
        *,
        version: str = "1",
        side_effect: bool = False,
        compensation: Compensation | None = None,
        irreversible: str | None = None,
        reconcile: Reconcile | None = None,
        risk: Risk = Risk.LOW,
        money: str | None = None,
        timeout: int | None = None,
        cpu_bound: bool = False,
        settles_within: int = 0,
    ) -> Callable[[Function], Function]:
        """A decorator that registers a function and hands it back unchanged.

        The function takes an input model and, if it wants, a StepContext; its annotations
        become JSON Schemas. A plain function runs in a thread, a `cpu_bound` one in a process.
        `money` names the input field that holds an amount, `timeout` is in seconds for one
        attempt. Raises RegistrationError for a side effect that declares neither its
        `compensation` nor, as `irreversible`, why there is none.

        `settles_within` is for how many seconds after it was sent a request may still take effect
        outside, though `reconcile` says that it was not done: only after them is that believed.

        An async side effect must end when it is cancelled: work that it hands to a thread
        outlives a timeout unseen, so write such a step as a plain function.
        """

        def decorator(function: Function) -> Function:
            input_model, takes_context, output_type = _signature(name, function)
            declaration = StepDeclaration(
                name=name,
                description=description,
                function=function,
                input_model=input_model,
                output_type=output_type,
                takes_context=takes_context,
                version=version,
                side_effect=side_effect,
                compensation=compensation,
                irreversible=irreversible,
                reconcile=reconcile,
                risk=risk,
                money=money,
                timeout=timeout,
                cpu_bound=cpu_bound,
                settles_within=settles_within,
            )
            self._claim(name)
            self._steps[name] = declaration
            self._changed()
            return function

        return decorator

    def add_macro(self, macro: Macro) -> None:
        """Register a shipped sub-policy under its name."""
        self._claim(macro.name)
        self._macros[macro.name] = macro
        self._changed()

    def watch(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Call `heard` whenever a step or macro was added; what is returned ends that."""
        self._watching.append(heard)
        return lambda: self._watching.remove(heard)

    def calling(self, policies: Mapping[str, Policy] | None) -> "StepRegistry":
        """The same steps and macros, where policy.run knows these policies, by name or id."""
        other = copy(self)
        other.policies = policies
        return other

    def steps(self) -> Iterator[StepDeclaration]:
        """All steps, by name."""
        return iter(sorted(self._steps.values(), key=lambda one: one.name))

    def step(self, name: str) -> StepDeclaration | None:
        """The step of that name, if there is one."""
        return self._steps.get(name)

    def macro(self, name: str) -> Macro | None:
        """The macro of that name, if there is one."""
        return self._macros.get(name)

    def names(self) -> list[str]:
        """Every name that a policy may use as a resource."""
        return sorted([*self._steps, *self._macros])

    def knows(self, name: str) -> bool:
        """Whether there is a step or macro of that name."""
        return name in self._steps or name in self._macros

    def is_macro(self, name: str) -> bool:
        """Whether the name is a macro's."""
        return name in self._macros

    def acts(self, name: str) -> bool:
        """Whether a step has side effects, or a macro through the steps that it names."""
        macro, step = self._macros.get(name), self._steps.get(name)
        if macro is not None:
            return any(self.acts(inner) for inner in macro.resources())
        return step is not None and step.side_effect

    def input_schema(self, name: str) -> dict[str, Any] | None:
        """JSON Schema of what a step takes, its numbers exact; None for a macro."""
        step = self._steps.get(name)
        if step is not None and name not in self._schemas:
            self._schemas[name] = exact_json.plain(step.input_schema)
        return self._schemas.get(name)

    def output_schema(self, name: str) -> dict[str, Any] | None:
        """JSON Schema of what a step answers, its numbers exact; None for a macro."""
        step = self._steps.get(name)
        if step is not None and name not in self._results:
            self._results[name] = exact_json.plain(step.output_schema)
        return self._results.get(name)

    def takes(self, name: str, field: str, value: Any) -> bool:
        """Whether a step's model has nothing against a value in this field.

        A JSON Schema may say less than a model takes: the text "5" where an integer stands.
        """
        step = self._steps.get(name)
        try:
            if step is not None:
                step.input_model.model_validate({field: value})
        except ValidationError as refused:
            return all(row["loc"][:1] != (field,) for row in refused.errors(include_url=False))
        except Exception:  # noqa: BLE001 - a validator of anybody's may raise anything
            return True
        return True

    def macro_machine(self, name: str) -> Machine | None:
        """What a macro runs; None for a step."""
        macro = self._macros.get(name)
        return None if macro is None else macro.machine

    def nearest(self, name: str) -> str | None:
        """The name that a misspelt one was most likely meant to be."""
        return spelling.nearest(name, self.names())

    def _changed(self) -> None:
        for heard in list(self._watching):
            heard()

    def _claim(self, name: str) -> None:
        if name in self._steps or name in self._macros:
            raise RegistrationError(f"{name} is registered already")


def _signature(
    name: str, function: Callable[..., Any]
) -> tuple[type[BaseModel], bool, TypeAdapter[Any]]:
    hints = get_type_hints(function, include_extras=True)
    if "return" not in hints:
        raise RegistrationError(f"{name}: the function's result has no annotation")
    taken = [hints.get(parameter) for parameter in inspect.signature(function).parameters]
    takes_context = bool(taken) and taken[-1] is StepContext
    models = taken[:-1] if takes_context else taken
    match models:
        case []:
            model: type[BaseModel] = NoInput
        case [type() as only] if issubclass(only, BaseModel):
            model = only
        case _:
            raise RegistrationError(
                f"{name}: takes one Pydantic model and, last, if it wants, a StepContext"
            )
    return model, takes_context, TypeAdapter(hints["return"])


step = StepRegistry.register
