"""A collector that takes everything, on a free port of this machine, in a process of its own.

`sink()` starts it and gives its endpoint. Run as a script it is that process, over HTTP or gRPC: it
prints its port, and ends with its standard input.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Taking(BaseHTTPRequestHandler):
    """Answers 200 to whatever is posted."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        """Nobody reads it."""


@contextmanager
def sink(protocol="http"):
    """The endpoint of a collector that runs until the block ends."""
    command = [sys.executable, __file__, protocol]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()


def over_http():
    """Serve; the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def over_grpc():
    """Serve; the port, and the server, which ends when nobody has it."""
    import grpc  # noqa: PLC0415 - the other protocol does without

    class Handler(grpc.GenericRpcHandler):
        def service(self, _details):
            return grpc.unary_unary_rpc_method_handler(lambda _request, _context: b"")

    server = grpc.server(ThreadPoolExecutor(4), handlers=[Handler()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return port, server


def main():
    served = over_grpc() if sys.argv[1:] == ["grpc"] else (over_http(), None)
    print(served[0], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
