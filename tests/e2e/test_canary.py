"""No secret is anywhere that it shouldn't be: one run of everything, at DEBUG, with faults forced on all sides."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

import devnet
from agent.commands.places import TO_START_WITH
from agent.execution.signer.paths import POLICY, TOTP, socket_address
from agent.execution.signer.totp import Totp
from tests.e2e import bot
from tests.e2e.canaries import Canaries, names, totp_secret
from tests.e2e.chats import Chat, DiscordChat, TelegramChat, Told
from tests.e2e.program import MONETA, ROOT, Program, descendants, environment, gone, rows
from tests.servers import telegram_server
from tests.servers.discord_server import DiscordServer
from tests.servers.faulty_node import FaultyNode
from tests.servers.telegram_server import TelegramServer

BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
FRIEND = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
ODD = "is a heron a bird?"
OPS = ("status", "accounts", "caps", "contacts", "policy", "moved", "pending", "sign", "unlock", "nonsense")


ELSEWHERE = """
import dataclasses, os
import devnet

def status(folder, real=devnet.status):
    found = real(folder)
    running = found.running and dataclasses.replace(found.running, rpc_url=os.environ["TEST_NODE_URL"])
    return dataclasses.replace(found, running=running)

devnet.status = status
"""


class Model:
    """An endpoint that fails in turn, and repeats the key that it was given each time."""

    def __init__(self) -> None:
        self.asked = 0
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        said = f"what is {request.headers.get('Authorization')}?"
        if self.asked % 3 == 0:
            return web.Response(text=f'{{"choices": "{said}', content_type="application/json")
        status = 500 if self.asked % 3 == 1 else 401
        return web.json_response({"error": {"message": said, "type": "server_error"}}, status=status)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Model]:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        try:
            yield self
        finally:
            await runner.cleanup()


class World:
    """The folder of an instance, and beside it the files that hold its secrets."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder, self.kept, self.chain = root, root / "it", root / "kept", root / "chain"
        for each in (self.folder, self.kept):
            each.mkdir(mode=0o700)
        self.canaries = Canaries()
        self.heard: list[str] = []
        self.rpc_key = self.canaries.text("RPC key", "rpc7f3KeyOfTheNode91xz")
        self.password = self.canaries.text("password", "pass phrase/with ümläuts & a canary")

    def keep(self, name: str, secret: str) -> str:
        """A file with a secret; its path."""
        (self.kept / name).write_text(secret + "\n")
        return str(self.kept / name)

    def through(self, url: str) -> dict[str, str]:
        """The environment in which the devnet's node is at `url`, as a provider's is at one that holds a key."""
        (self.kept / "sitecustomize.py").write_text(ELSEWHERE)
        return {"PYTHONPATH": f"{self.kept}{os.pathsep}{ROOT}", "TEST_NODE_URL": url}

    def check(self) -> None:
        problems = self.canaries.in_folder(self.folder)
        for number, text in enumerate(self.heard):
            problems += self.canaries.found(f"what was said: {text[:60]!r}… ({number})", text.encode())
        assert names(problems) == {}


async def test_no_secret_is_anywhere(tmp_path: Path, quiet_port: int) -> None:
    world = World(tmp_path)
    running = await asyncio.to_thread(devnet.up, world.chain)
    try:
        async with (
            FaultyNode(running.rpc_url) as node,
            Model().running() as model,
            DiscordServer() as discord,
            TelegramServer().running() as telegram,
        ):
            telegram.behind = f"http://127.0.0.1:{quiet_port}"
            chats = (TelegramChat(telegram), DiscordChat(discord))
            given = _settings(world, node, model, discord, telegram, quiet_port)
            given["MONETA_OWNERS"] = json.dumps([chat.identity for chat in chats])
            given |= world.through(f"{node.url}/v3/{world.rpc_key}?apikey={world.rpc_key}")
            moneta = await bot.start(world.folder, given, verbose=True)
            try:
                await bot.in_session(discord)
                await _lived(world, chats, running.rpc_url)
                await _troubled(world, chats, node, moneta)
                await _signer_asked(world)
                await _strangers_push(telegram)
                await _signer_killed(world, chats[0], moneta)
                assert model.asked >= 2
                world.heard += [" ".join(each) for each in [_commands(moneta)]]
                await moneta.terminate()
            finally:
                await moneta.kill()
            await _refused_starts(world, given, node)
        given |= world.through(running.rpc_url)  # a script's first line tells the node's address, by contract
        await asyncio.to_thread(_terminal, world, given)
        assert (world.folder / "stderr.txt").stat().st_size > 50_000, "nothing was logged: this shows nothing"
        world.check()
    finally:
        await asyncio.to_thread(devnet.down, world.chain)


def _settings(
    world: World, node: FaultyNode, model: Model, discord: DiscordServer, telegram: TelegramServer, port: int
) -> dict[str, str]:
    canaries = world.canaries
    canaries.text("Telegram token", telegram_server.TOKEN)
    canaries.text("Discord token", discord.token)
    tells = node.url.replace("http", "ws")  # which it doesn't: the subscription fails
    further = f"{node.url}/v4/{world.rpc_key}\n{tells}/ws/{world.rpc_key}"
    return {
        **bot.settings(world.kept, discord, telegram),
        **bot.UNLIMITED,
        "MONETA_DEVNET": str(world.chain),
        "MONETA_PASSWORD_FILE": world.keep("password", world.password),
        "MONETA_RPC_FILE": world.keep("nodes", further),
        "MONETA_PRIVATE_RPC_FILE": world.keep("private", f"{node.url}/v5/{world.rpc_key}"),
        "MONETA_MODEL": "test-model",
        "MONETA_MODEL_URL": model.url,
        "MONETA_MODEL_KEY_FILE": world.keep("model", canaries.text("model key", "sk-model-canary-5521")),
        "MONETA_TELEGRAM_WEBHOOK_URL": "https://bot.example/moneta",
        "MONETA_TELEGRAM_WEBHOOK_LISTEN": f"127.0.0.1:{port}",
        "MONETA_TELEGRAM_WEBHOOK_SECRET_FILE": world.keep(
            "hook", canaries.text("webhook secret", "hook-canary_7781")
        ),
    }


async def _say(world: World, chat: Chat, text: str) -> Told:
    told = await chat.ask(text)
    world.heard += [told.text, json.dumps(told.raw, default=str)]
    return told


async def _hear(world: World, chat: TelegramChat, text: str, wanted: str) -> Told:
    """The answer that holds `wanted`, whatever else is told meanwhile, such as what has arrived."""
    before = len(chat.server.people.told(chat.person))
    chat.server.people.say(chat.person, text)

    def answer() -> list[Any]:
        told = chat.server.people.told(chat.person)[before:]
        return [each for each in told if wanted in each.get("text", "")]

    await chat.server.until(answer, f"{wanted!r} after {text!r}")
    message = answer()[0]
    world.heard.append(json.dumps(message))
    return Told(message["text"], [], [], message)


async def _press(world: World, chat: Chat, told: Told, label: str) -> Told:
    answer = await chat.press(told, label)
    world.heard += [answer.text, json.dumps(answer.raw, default=str)]
    return answer


async def _lived(world: World, chats: tuple[TelegramChat, DiscordChat], rpc_url: str) -> None:
    """Both come in; one puts money to work, and adds a contact with a code."""
    for chat in chats:
        risks = await _say(world, chat, "hi")
        await _press(world, chat, risks, "I understand")
    world.canaries.keystore(world.folder / "signer", world.password)
    chat, chain_file = chats[0], world.chain / "chain.toml"
    account = str(rows(world.folder, 'SELECT address FROM accounts WHERE "index" = 0')[0]["address"])
    await asyncio.to_thread(devnet.fund, rpc_url, account, TO_START_WITH, chain_file=chain_file)
    preview = await _hear(world, chat, "put 1,000 USDC to work", "Confirm?")
    await _press(world, chat, preview, "Confirm")
    now = int(time.time())
    secret = world.canaries.raw("TOTP secret", totp_secret(now))
    Totp(world.folder / "signer" / TOTP, lambda: now).enroll(secret, world.canaries.code(secret, now, -1))
    await _hear(world, chat, f"add {BOB} as bob", "Type it here")
    await _hear(world, chat, "987 654", "wrong")  # hers begin with 0
    code = world.canaries.code(secret, int(time.time()))
    await _hear(world, chat, f"{code[:3]} {code[3:]}", f"bob is {BOB}")
    (world.kept / "totp").write_bytes(secret)


async def _troubled(world: World, chats: tuple[TelegramChat, DiscordChat], node: FaultyNode, moneta: bot.Bot) -> None:
    """A model that repeats its key, a node that goes away, says nonsense, or tells its own key."""
    for _ in range(3):
        for chat in chats:
            await _say(world, chat, ODD)
    node.always("eth_call", "0xzz")
    await _say(world, chats[0], "portfolio")
    node.always("eth_call", None)
    for _ in range(2):  # of either endpoint
        node.answer("eth_call", -32005, f"project {world.rpc_key} is over its limit")
    assert "over its limit" in (await _say(world, chats[0], "best yield for usdc?")).text
    node.down = True
    for chat in chats:
        await _say(world, chat, "portfolio")
        await _say(world, chat, "exit everything")
    node.down = False
    assert moneta.process.returncode is None


async def _signer_asked(world: World) -> None:
    """Whatever is asked over the socket, with and without the right password."""

    def ask(op: str, **fields: str) -> str:
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(10)
            stream.connect(socket_address(world.folder / "signer"))
            stream.sendall(json.dumps({"op": op, **fields}).encode() + b"\n")
            return stream.makefile().readline()

    wrong = world.canaries.text("wrong password", "not-the-password-canary")
    for op in OPS:
        world.heard.append(await asyncio.to_thread(ask, op))
    world.heard.append(await asyncio.to_thread(ask, "unlock", password=wrong))
    world.heard.append(await asyncio.to_thread(ask, "unlock", password=world.password))
    assert all(each.startswith("{") for each in world.heard[-len(OPS) - 2 :])


async def _strangers_push(telegram: TelegramServer) -> None:
    """An update with a wrong secret, to the webhook's own address."""
    async with aiohttp.ClientSession() as session:
        status = await telegram_server.push(session, f"{telegram.behind}/moneta", {"update_id": 1}, "wrong")
    assert status == 403


def _commands(moneta: bot.Bot) -> list[str]:
    """The command lines of the program and its children, which every user of the machine sees."""
    return [*descendants(os.getpid()).values(), *descendants(moneta.process.pid).values()]


async def _signer_killed(world: World, chat: TelegramChat, moneta: bot.Bot) -> None:
    preview = await _hear(world, chat, "withdraw half my usdc", "Confirm?")
    (pid,) = [
        pid for pid, words in descendants(moneta.process.pid).items() if "agent.execution.signer serve" in words
    ]
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(60):
        while not gone(pid):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await _press(world, chat, preview, "Confirm")


async def _refused_starts(world: World, given: dict[str, str], node: FaultyNode) -> None:
    """With the wrong password, with a policy that nobody wrote, and without a node."""
    wrong = given | {"MONETA_PASSWORD_FILE": world.keep("wrong", "not-the-password-canary")}
    assert "doesn't open the keystore" in await _started_in_vain(world, wrong)
    policy = world.folder / "signer" / POLICY
    kept = policy.read_bytes()
    policy.write_bytes(b"{}")
    assert "Traceback" in await _started_in_vain(world, given)
    policy.write_bytes(kept)
    node.down = True
    await _started_in_vain(world, given)


async def _started_in_vain(world: World, given: dict[str, str]) -> str:
    process = await asyncio.create_subprocess_exec(
        *(*MONETA, "-v", "run", "--dir", str(world.folder)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment(**given),
        cwd=world.folder,
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    assert process.returncode == 1
    world.heard.append(said.decode(errors="replace"))
    return world.heard[-1]


def _terminal(world: World, given: dict[str, str]) -> None:
    """The same instance at the terminal: another code, a plan, the commands that look."""
    secret = (world.kept / "totp").read_bytes()
    with Program("-v", "chat", "--dir", str(world.folder), cwd=world.folder / "..", **given) as talk:
        world.heard.append(json.dumps(talk.ready))
        code = ""
        for words in ("portfolio", ODD, f"add {FRIEND} as carol", "", "show my policy", "history"):
            if not words:
                code = world.canaries.code(secret, int(time.time()), 1)
            turn = talk.say(words or code)
            del turn["user"]  # a script's own line, handed back to it by contract
            world.heard.append(json.dumps(turn))
    (world.folder / "terminal.txt").write_bytes((world.folder / ".." / "stderr.txt").read_bytes())
