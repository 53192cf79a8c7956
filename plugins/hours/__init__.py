"""Each hour of the chain is seen once its first blocks are there, whoever looks at anything in it or not.

What is seen is kept by the runtime; the outlook and the risk rules are made of it.
"""

from collections.abc import Sequence

from moneta import Asked, Job, Notice, hookimpl

HOUR = 3_600
LAG = 120
"""A chain's head is some seconds old: in the first of an hour it is still of the hour before."""


@hookimpl
def moneta_jobs() -> list[Job]:
    return [Job("hours", "looks at every venue once an hour", HOUR, look, LAG)]


async def look(asked: Asked) -> Sequence[Notice]:
    await asked.look()
    return ()
