"""How long a plug-in that isn't built in may take, in seconds. What overruns is disabled and named."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """`pure`: what is computed while somebody waits, a state or a ranking; it holds up the others meanwhile. The rest
    runs beside them: `imported` the import, `discovered` finding venues, `asked` an action or a service outside,
    `told` lines for a prompt, `worked` a job, `answered` a model, `delivered` a message to a platform.
    """

    pure: float = 2.0
    imported: float = 15.0
    discovered: float = 20.0
    asked: float = 15.0
    told: float = 2.0
    worked: float = 60.0
    answered: float = 30.0
    delivered: float = 60.0
