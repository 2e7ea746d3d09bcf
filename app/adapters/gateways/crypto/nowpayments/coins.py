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


def _usdc(address: str, amount: Decimal) -> str:
    contract = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"  # USDC on Ethereum's main network
    return f"ethereum:{contract}@1/transfer?address={address}&uint256={_smallest(amount, 6)}"


def _smallest(amount: Decimal, decimals: int) -> int:
    with localcontext(prec=60):
        return int(amount.scaleb(decimals))


COINS = {
    "bitcoin": Coin(("btc",), "BTC", "Bitcoin", 8, _bitcoin),
    "ethereum": Coin(("eth",), "ETH", "Ethereum", 18, _ether),
    "usdc": Coin(("usdcerc20", "usdc"), "USDC", "Ethereum (ERC-20)", 6, _usdc),
    "usdt": Coin(("usdttrc20",), "USDT", "Tron (TRC-20)", 6),
}
