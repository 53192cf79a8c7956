"""Models of a local Ollama by its own API (`provider = "ollama"`): no key, and nothing of LangChain is imported.

POST /api/chat with `stream: false`, as Ollama's docs/api.md has it: `message.content`, `message.tool_calls` with
`function.name` and `function.arguments` as an object, `prompt_eval_count` and `eval_count` in tokens.
"""

from moneta import LanguageModel, Provider, Setup, hookimpl


@hookimpl
def moneta_models() -> list[Provider]:
    return [Provider("ollama", _make)]


def _make(name: str, setup: Setup) -> LanguageModel:
    from plugins.ollama.model import Ollama  # aiohttp: late

    return Ollama(
        name,
        str(setup.options.get("url") or "http://127.0.0.1:11434"),
        seconds=float(setup.options.get("seconds") or 20),
        most_tokens=setup.options.get("max_tokens"),
    )
