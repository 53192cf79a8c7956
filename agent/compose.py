"""Puts an instance together: chain, plug-ins, policy, signer, ledger, runtime; and takes it apart again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog

from agent import hooks
from agent.chain.discover import Discovered
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.character.character import Character
from agent.character.files import load as load_character
from agent.chat.door import Door
from agent.chat.service import Service
from agent.config import Settings
from agent.errors import MonetaError, Refused
from agent.execution.same_chain import check_same_chain
from agent.execution.signer.client import SignerClient
from agent.execution.signer.guard import check_environment
from agent.execution.signer.paths import KEYSTORE, POLICY
from agent.execution.signer.process import SignerProcess
from agent.execution.signer.setup import create_wallet, write_policy
from agent.first_policy import first_policy
from agent.gate.open_doors import check_ledger
from agent.held import Held
from agent.hooks import ended
from agent.listing import doubt_changed, keep_listed, older_of, unlisted_of
from agent.mind.configured import mind_of
from agent.mind.embedding import embedder_of
from agent.mind.plugged import providers_of
from agent.money import Address
from agent.opening import check_served, find, node, quoters_of
from agent.place import Place
from agent.plugin import Quoter, Trader, Venue
from agent.policy.policy import Policy, load, loads
from agent.runtime.asking import services_of
from agent.runtime.turn import Runtime
from agent.runtime.world import Unlisted, World
from memory.ledger import Ledger
from memory.memory import Memory
from memory.rows import User
from memory.sqlite.lock import ExecutorLock
from memory.talk.knowledge import Shelf
from memory.talk.retention import Keep

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Instance:
    """A running instance. `first_account` is the owner's; `new_wallet` says that it was made just now."""

    world: World
    service: Service
    first_account: Address
    new_wallet: bool
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def owner(self, platform: str, platform_user_id: str, name: str) -> User:
        """The person at this machine: the first account is theirs, unless another owner came before them."""
        user = await self.service.user(platform, platform_user_id, name)
        await self.account_for(user, owner=True)
        return user

    async def account_for(self, user: User, *, owner: bool = False) -> Address:
        """The person's account; where there is none yet, the next one of the keystore's words.

        An owner gets the first account while it is free; nobody else ever does. Raises Refused: accounts, ledger.
        """
        ledger = self.world.ledger
        async with self._making:  # two newcomers at once never get the same index
            known = await ledger.account(user.id)
            if known is not None:
                return known.address
            if owner and not await ledger.is_account(self.first_account):
                return (await ledger.ensure_account(user.id, self.first_account, 0)).address
            check_ledger(ledger.broken, "account")  # forgotten at the next start, it would be somebody else's then
            index = await ledger.next_index()
            place = await self.world.signer.derive(index)
            return (await ledger.ensure_account(user.id, place, index)).address


def _now() -> int:
    return int(time.time())


@contextlib.asynccontextmanager
async def open_instance(
    place: Place,
    settings: Settings,
    *,
    beside: bool = False,
    now: Callable[[], int] = _now,
    plugins: hooks.Plugins | None = None,
    held: Held | None = None,
) -> AsyncIterator[Instance]:
    """Opens everything, holding the folder's executor lock; closes everything at the end. `now` gives Unix seconds.

    `held`: the folder is held already, and its ledger open; both are closed here with all else.

    `beside`: where another process holds the lock, look and plan beside it, by its signer, and carry nothing out.
    Raises Refused("environment") where a key stands in the environment in plain text.
    """
    async with contextlib.AsyncExitStack() as stack:
        if held is not None:
            stack.push_async_callback(held.close)
        check_environment(os.environ)
        executes = held is not None or _lock(stack, place, beside)
        character = load_character(settings.character)
        # processes of its own, while this one imports
        launching = asyncio.create_task(_launched(place, settings, executes))
        stack.push_async_callback(_stop, launching)
        registry = Registry.load(place.chain_file)
        plugins = plugins or hooks.load(settings)
        mind = mind_of(settings, character, providers_of(plugins.hook.moneta_models()))
        stack.push_async_callback(mind.close)
        if executes:
            ended.keep(plugins, place.folder)
        rpc = node(place.rpc_url, settings, registry)
        stack.push_async_callback(rpc.close)
        await rpc.prepare()
        await check_served(rpc, registry)
        found, traders = await find(registry, plugins.hook, rpc)
        quoters = await quoters_of(settings, registry, plugins.hook, rpc, found)
        ledger, memory = await _files(stack, place.folder, settings, executes, now, held)
        mind.kept_by(ledger)
        if executes:
            memory.care(_shelf(settings, character), partial(ledger.thin, settings.memory_days))
        await check_same_chain(rpc, ledger, registry.chain_id)
        new_wallet, process = await launching
        listed_before = place.signer_socket is not None or (place.signer_folder / POLICY).exists()
        if place.signer_socket is not None:
            signer, account, policy = await _signer_apart(stack, place.signer_socket, registry)
        else:
            policy = await _policy(place, settings, registry, found, traders, plugins, rpc, quoters)
            signer, account = await _signer(stack, place, process)
        unlisted: dict[str, Unlisted] = dict(keep_listed(policy, found, traders))
        unlisted.update(unlisted_of(policy, quoters))
        unlisted.update(older_of(policy, plugins.hook.moneta_call_tables()))
        if listed_before:
            await doubt_changed(rpc, registry, policy, found)
        world = World(
            settings=settings,
            registry=registry,
            rpc=rpc,
            policy=policy,
            venues=found,
            missing=found.missing,
            untrusted=found.untrusted,
            hooks=plugins.hook,
            ledger=ledger,
            memory=memory,
            signer=signer,
            now=now,
            new_id=lambda: secrets.token_hex(16),
            advance=place.advance,
            character=character,
            mind=mind,
            traders=traders,
            unlisted=unlisted,
            quoters=quoters,
            services=services_of(settings, quoters),
            executes=executes,
            cache=place.folder / "cache",
        )
        stack.push_async_callback(world.bookkeeper.close)
        instance = Instance(world, Service(Runtime(world), ledger), account, new_wallet)
        instance.service.welcome = Door(world, instance.service, instance.account_for)
        yield instance


async def make_wallet(place: Place, settings: Settings, fund: Callable[[Address], Awaitable[None]]) -> Address | None:
    """Makes what a signer that runs apart starts with, keystore and policy; None where both are there already.

    The policy is the last thing, so a run that was cut off is made whole by the next. `fund` gets a new account.
    Where the keys are a remote signer's, only the policy is made, and there is no new account.
    """
    if (place.signer_folder / POLICY).exists():
        return None
    new = await _wallet(place, settings)
    account: Address | None = None
    if settings.remote_signer_url is None:
        keystore = json.loads((place.signer_folder / KEYSTORE).read_text())
        account = Address(keystore["accounts"][0])  # addresses stand in the open there
    registry = Registry.load(place.chain_file)
    plugins = hooks.load(settings)
    async with contextlib.AsyncExitStack() as stack:
        rpc = node(place.rpc_url, settings, registry)
        stack.push_async_callback(rpc.close)
        found, traders = await find(registry, plugins.hook, rpc)
        if new and account is not None:
            await fund(account)
        quoters = await quoters_of(settings, registry, plugins.hook, rpc, found)
        await _policy(place, settings, registry, found, traders, plugins, rpc, quoters)
    return account


def _lock(stack: contextlib.AsyncExitStack, place: Place, beside: bool) -> bool:
    """Holds the folder's lock; False where another process does and to work beside it is enough."""
    try:
        stack.enter_context(ExecutorLock(place.folder))
    except Refused as error:
        has_signer = place.signer_socket is not None or (place.signer_folder / POLICY).exists()
        if not beside or error.rule != "one-executor" or not has_signer:
            raise
        return False
    return True


async def _wallet(place: Place, settings: Settings) -> bool:
    """Makes the keystore where there is none; says whether it did. A remote signer has its own."""
    if settings.remote_signer_url is not None and place.signer_socket is None:
        place.signer_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return False
    if place.signer_socket is not None or (place.signer_folder / KEYSTORE).exists():
        return False
    await asyncio.to_thread(create_wallet, place.signer_folder, place.password, light=place.throw_away)
    return True


async def _launched(place: Place, settings: Settings, executes: bool) -> tuple[bool, SignerProcess | None]:
    """Whether a keystore was made, and the signer's process, which waits for its policy; None for somebody else's."""
    new = await _wallet(place, settings)
    if place.signer_socket is not None or not executes:
        return new, None
    return new, await SignerProcess.launch(place.signer_folder, *_remote(settings))


async def _stop(launching: asyncio.Task[tuple[bool, SignerProcess | None]]) -> None:
    """Ends the signer, however far its start came."""
    with contextlib.suppress(MonetaError):  # said already by whoever waited for it
        _, process = await launching
        if process is not None:
            await process.stop()


async def _signer(
    stack: contextlib.AsyncExitStack, place: Place, process: SignerProcess | None
) -> tuple[SignerClient, Address]:
    if process is not None:
        await process.serve()
    client = await SignerClient.connect(place.signer_folder)
    stack.push_async_callback(client.close)
    return client, (await client.unlock(place.password))[0]


def _remote(settings: Settings) -> list[str]:
    """What the signer's process is told of a signer elsewhere."""
    if settings.remote_signer_url is None:
        return []
    named = settings.remote_signer_account
    return ["--remote", settings.remote_signer_url, *(["--remote-account", named] if named else [])]


async def _signer_apart(
    stack: contextlib.AsyncExitStack, socket: Path, registry: Registry
) -> tuple[SignerClient, Address, Policy]:
    """A signer that runs already, with its policy as it tells it: the one that it will hold plans against."""
    client = await SignerClient.connect_to(socket)
    stack.push_async_callback(client.close)
    status = await client.status()
    if not status["unlocked"]:
        raise Refused("locked", f"The signer at {socket} is locked.", "Start it with --password-file.")
    if int(status["chain_id"]) != registry.chain_id:
        raise Refused(
            "another chain",
            f"The signer's policy is for chain {status['chain_id']}, and this is chain {registry.chain_id}.",
            "Connect to the signer of this chain.",
        )
    return client, Address(status["accounts"][0]), loads(await client.policy())


async def _files(
    stack: contextlib.AsyncExitStack,
    folder: Path,
    settings: Settings,
    executes: bool,
    now: Callable[[], int],
    held: Held | None,
) -> tuple[Ledger, Memory]:
    embedder = embedder_of(settings)
    ledger = await Ledger.open(folder, now, executes=executes) if held is None else held.ledger
    stack.push_async_callback(ledger.close)  # before the signer's connection, whoever opened it; twice does no harm
    if ledger.broken:
        log.error("the ledger can't be kept: money only comes out until it is mended", why=ledger.trouble)
    keep = Keep(settings.memory_days, settings.memory_episodes, settings.memory_vectors)
    memory = await Memory.open(folder, now, spare=executes, embedder=embedder, keep=keep)
    stack.push_async_callback(memory.close)
    return ledger, memory


def _shelf(settings: Settings, character: Character) -> Shelf:
    """What may be quoted: the operator's folder, and what the character brings."""
    return Shelf(settings.knowledge, character.documents, character.knowledge, f"what {character.name} knows")


async def _policy(
    place: Place,
    settings: Settings,
    registry: Registry,
    found: Discovered,
    traders: dict[str, Trader],
    plugins: hooks.Plugins,
    rpc: Rpc,
    quoters: dict[str, Quoter],
) -> Policy:
    """The policy that the folder has; at the first start it is made."""
    path = place.signer_folder / POLICY
    if path.exists():
        policy = load(path)
        if policy.chain_id != registry.chain_id:
            raise Refused(
                "another-chain",
                f"The policy in {place.signer_folder} is for chain {policy.chain_id}; {registry.network} is chain "
                f"{registry.chain_id}.",
                "A folder is for one chain: use another one.",
            )
        return policy
    trusted: list[Venue | Trader] = [*found.trusted(), *traders.values()]
    policy = await first_policy(place, settings, registry, trusted, plugins, rpc, list(quoters.values()))
    await asyncio.to_thread(write_policy, place.signer_folder, policy)
    return policy
