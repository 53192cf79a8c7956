"""Telegram: updates are committed to the inbox before they are acknowledged, bodies go out as HTML."""

from agent.chat.telegram.adapter import TelegramAdapter
from agent.chat.telegram.webhook import Webhook

__all__ = ["TelegramAdapter", "Webhook"]
