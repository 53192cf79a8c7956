"""Reads a Dockerfile: its stages and their instructions, as far as ours uses the language."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

_FROM = re.compile(r"(\S+)(?: AS (\S+))?")


@dataclass(frozen=True)
class Instruction:
    """`RUN`, `COPY` and the like, with the rest of its line."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """Of the exec form, or of plain words."""
        return [str(word) for word in json.loads(self.text)] if self.text.startswith("[") else self.text.split()


@dataclass(frozen=True)
class Stage:
    name: str
    base: str
    instructions: list[Instruction] = field(default_factory=list)

    def last(self, name: str) -> Instruction:
        return [each for each in self.instructions if each.name == name][-1]


def stages(text: str) -> dict[str, Stage]:
    """The stages by name, in their order."""
    found: dict[str, Stage] = {}
    stage: Stage | None = None
    lines = "\n".join(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    for line in lines.replace("\\\n", " ").splitlines():
        name, _, rest = line.strip().partition(" ")
        if name == "FROM":
            match = _FROM.fullmatch(rest.strip())
            assert match, line
            stage = Stage(match[2] or str(len(found)), match[1])
            found[stage.name] = stage
        else:
            assert stage is not None, line
            stage.instructions.append(Instruction(name, re.sub(r"\s+", " ", rest).strip()))
    return found
