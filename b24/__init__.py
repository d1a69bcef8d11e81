"""Knows Bitrix24 and nothing of ours: calls, tokens, launches, events, and what can go wrong with them."""
