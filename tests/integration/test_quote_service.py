"""How a service outside is asked: bounded, no redirect, and neither its URL nor the key in what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from agent.config import Settings
from agent.errors import MonetaError, Refused, Unavailable
from agent.money import Address
from agent.plugin import Listed
from agent.quoter_settings import QuoterSetting
from agent.runtime.asking import MOST_BYTES, Service, services_of
from plugins.trade.oneinch import OneInch
from plugins.trade.velora import Velora
from tests.integration.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.integration
KEY = "secret-7d1f"
ROUTER = Listed(Address("0x" + "0" * 39 + "1"), "x", "y")


async def asked(
    answer: Any, path: str = "/quote", seconds: float = PATIENCE_SECONDS
) -> tuple[Any, list[web.Request]]:
    """What a service makes of an answer (a response, or what is raised), and what the server was asked."""
    seen: list[web.Request] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        found: web.StreamResponse = answer
        return found

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/base"
        service = Service("one", url, seconds, ("Authorization", f"Bearer {KEY}"))
        assert KEY not in repr(service)
        found: Any
        try:
            found = await service.get(path, {"a": "b c"}, {"x-more": "1"})
        except MonetaError as error:
            found = error
        assert KEY not in f"{found!r} {found}"
        assert url not in f"{found!r} {found}"
        return found, seen
    finally:
        await runner.cleanup()


async def test_it_is_asked_with_the_key_and_its_json_comes_back() -> None:
    found, (request,) = await asked(web.json_response({"units": 2**300, "price": 1.5}))
    assert found == {"units": 2**300, "price": 1.5}
    assert (request.path, dict(request.query)) == ("/base/quote", {"a": "b c"})
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["x-more"] == "1"
    assert request.headers["Accept-Encoding"] == "identity"
    assert "Cookie" not in request.headers


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (web.HTTPFound("http://127.0.0.1:9/elsewhere"), Unavailable, "status 302"),
        (web.HTTPTooManyRequests(), Unavailable, "status 429"),
        (web.Response(text="<html>"), Refused, "a web page"),
        (web.Response(text="no"), Refused, "no JSON"),
        (web.Response(body=b"\xff\xfe"), Refused, "no JSON"),
        (web.Response(text="[" * 100_000), Refused, "no JSON"),
        (web.Response(text='{"a": Infinity}'), Refused, "no JSON"),
        (web.Response(text="1" * 5_000), Refused, "no JSON"),
        (web.Response(body=b" " * (MOST_BYTES + 1)), Refused, "larger than 1 MB"),
        (web.Response(body=b"x", headers={"Content-Encoding": "gzip"}), Refused, "packed"),
    ],
    ids=["redirect", "429", "page", "text", "bytes", "deep", "infinite", "digits", "huge", "packed"],
)
async def test_what_is_no_answer_is_named(answer: Any, kind: type[MonetaError], says: str) -> None:
    found, requests = await asked(answer)
    assert isinstance(found, kind)
    assert says in str(found)
    assert len(requests) == 1


async def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(Unavailable, match="can't be reached"):
        await Service("one", "http://127.0.0.1:9", PATIENCE_SECONDS).post("/x", {})


def test_a_key_stands_alone_in_its_file_and_goes_to_whom_takes_one(tmp_path: Path) -> None:
    path = tmp_path / "key"
    quoters = {"1inch": OneInch(ROUTER)}
    settings = Settings(quoters={"1inch": QuoterSetting(url="http://x", key_file=path)})
    with pytest.raises(Refused, match="can't be read"):
        services_of(settings, quoters)
    for bad in ("", "a\nb", "\x00", "schlüssel"):
        path.write_text(bad, encoding="utf-8")
        with pytest.raises(Refused, match="is no key") as refused:
            services_of(settings, quoters)
        assert not bad or bad not in str(refused.value)
    path.write_text(f" {KEY}\n")
    assert services_of(settings, quoters)["1inch"].header == ("Authorization", f"Bearer {KEY}")
    keyed = Settings(quoters={"velora": QuoterSetting(url="http://x", key_file=path)})
    with pytest.raises(Refused, match="no key that velora takes"):
        services_of(keyed, {"velora": Velora(ROUTER)})
