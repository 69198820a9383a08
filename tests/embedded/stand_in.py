"""Stand-ins for the product's processes: a web server that is ready, and a process that refuses to stop."""

import http.server
import os
import signal
import subprocess
import sys
import time


class _Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


def serve():
    http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), _Ready).serve_forever()


def refuse():
    """With a child of its own that refuses too, as a pool's process might when it hangs."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "child" not in sys.argv:
        subprocess.Popen([sys.executable, __file__, "refuse", "child"])
    time.sleep(600)


def sleep():
    time.sleep(600)


def fail():
    sys.stderr.write("the reason it failed\n")
    sys.exit(3)


if __name__ == "__main__":
    {"serve": serve, "refuse": refuse, "sleep": sleep, "fail": fail}[sys.argv[1]]()
