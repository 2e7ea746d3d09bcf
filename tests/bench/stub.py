"""Stands for a gateway that answers at once, or after a while: any POST is a new intent."""

import asyncio
import itertools
import json
import os
import sys

NUMBERS = itertools.count(1)
PROCESS = os.getpid()


def intent() -> bytes:
    number = next(NUMBERS)
    return json.dumps(
        {
            "id": f"pi_{PROCESS}_{number:08d}",
            "object": "payment_intent",
            "amount": 2500,
            "amount_received": 0,
            "currency": "usd",
            "status": "requires_payment_method",
            "livemode": False,
            "payment_method_types": ["cashapp", "card"],
            "metadata": {},
        }
    ).encode()


class Stub(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, as little of it as a client notices."""

    delay = 0.0

    def connection_made(self, transport) -> None:
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            length = 0
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            asyncio.get_running_loop().call_later(self.delay, self.answer)

    def answer(self) -> None:
        body = intent()
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nRequest-Id: req_bench\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )


async def main(port: int, milliseconds: float) -> None:
    Stub.delay = milliseconds / 1000
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
