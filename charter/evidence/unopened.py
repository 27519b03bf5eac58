"""Leaves sealed words sealed, even where the keys to them are at hand: evidence opens them only when it is asked to."""

from __future__ import annotations

from collections.abc import Iterable

from charter.privacy.vault import Keys, Vault


class Unopened(Vault):
    """The key store of a ledger, without its keys: it only tells who was erased."""

    def __init__(self, vault: Vault) -> None:
        super().__init__(vault.place)
        self._vault = vault

    def keys(self, subjects: Iterable[str]) -> Keys:
        """No keys, and which of these people were erased."""
        return Keys({}, self._vault.keys(subjects).erased)
