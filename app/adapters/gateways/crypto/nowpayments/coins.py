"""The coins we offer through NOWPayments: their names there, networks, decimals and payment links.

Links: BIP 21 for Bitcoin, ERC-681 for Ethereum and its tokens. Tron has no link that wallets agree
on, so its code holds the bare address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal, localcontext

__all__ = ["COINS", "Coin", "plain"]

Link = Callable[[str, Decimal], str]


@dataclass(frozen=True)
class Coin:
    """One coin on one network."""

    tickers: tuple[str, ...]  # what NOWPayments calls it; the first that it takes counts
    symbol: str
    network: str
    decimals: int
    link: Link | None = None  # of an address and an amount

    def exactly(self, amount: Decimal) -> Decimal:
        """The amount in the coin's own decimals: never less than what was asked for."""
        with localcontext(prec=60):
            return amount.quantize(Decimal(1).scaleb(-self.decimals), rounding=ROUND_UP)


def plain(amount: Decimal) -> str:
    """An amount as people copy it: no exponent, no zeros at its end."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _bitcoin(address: str, amount: Decimal) -> str:
    return f"bitcoin:{address}?amount={plain(amount)}"


def _ether(address: str, amount: Decimal) -> str:
    return f"ethereum:{address}?value={_smallest(amount, 18)}"


def _smallest(amount: Decimal, decimals: int) -> int:
    with localcontext(prec=60):
        return int(amount.scaleb(decimals))


COINS = {
    "bitcoin": Coin(("btc",), "BTC", "Bitcoin", 8, _bitcoin),
    "ethereum": Coin(("eth",), "ETH", "Ethereum", 18, _ether),
    # Tokens are shown by their bare address: a wallet that does not read the whole of a token's
    # payment link would send to the token's contract, and the coins would be lost.
    "usdc": Coin(("usdcerc20", "usdc"), "USDC", "Ethereum (ERC-20)", 6),
    "usdt": Coin(("usdttrc20",), "USDT", "Tron (TRC-20)", 6),
}
