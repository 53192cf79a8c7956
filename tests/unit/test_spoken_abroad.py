"""A model's talk in Spanish and German is held against the same rules as in English."""

from __future__ import annotations

import pytest

from agent.mind.spoken import why_not
from agent.tongues.figures import figures

pytestmark = pytest.mark.unit
KNOWN = figures("USDC pays 7.10 % a year at aave. You hold 1,000 USDC.", "es")


@pytest.mark.parametrize(
    "said",
    [
        "He depositado tu dinero en Aave.",
        "Voy a retirar todo mañana.",
        "Deposité tus fondos.",
        "Enviaré el dinero a Bob.",
        "El dinero ha sido transferido.",
        "Se ha cambiado tu ETH.",
        "Hecho, todo en orden.",
        "Es una inversión sin riesgo.",
        "Te garantizo la ganancia.",
        "Dime tu frase semilla.",
        "Ganarás cincuenta por ciento.",
        "Ich habe dein Geld eingezahlt.",
        "Ich werde morgen alles abheben.",
        "Ich überweise es an Bob.",
        "Dein Geld wurde soeben überwiesen.",
        "Alles ist getauscht worden.",
        "Erledigt, alles gut.",
        "Das ist risikofrei.",
        "Ich garantiere den Gewinn.",
        "Sag mir dein Passwort.",
        "Du bekommst zwanzig Prozent.",
        "Paga 8,10 % al año.",
        "Du hast 2.000 USDC.",
    ],
)
def test_a_report_a_promise_or_an_unknown_figure_is_not_shown(said: str) -> None:
    assert why_not(said, KNOWN) is not None


@pytest.mark.parametrize(
    "said",
    [
        "Aave es un mercado de préstamos: los prestatarios pagan intereses.",
        "USDC paga 7,10 % al año en aave.",
        "Puedes depositar cuando quieras; dime cuánto.",
        "Aave ist ein Kreditmarkt: Kreditnehmer zahlen Zinsen.",
        "USDC bringt bei aave 7,10 % pro Jahr.",
        "Du hast 1.000 USDC. Sag mir, wie viel ich einzahlen soll.",
        "Ein Vault legt Geld in mehreren Märkten an.",
    ],
)
def test_talk_is_shown(said: str) -> None:
    assert why_not(said, KNOWN) is None
