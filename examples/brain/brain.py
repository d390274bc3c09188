"""A brain of your own with nothing but Python's standard library; docs/brain.md explains it.

BRAIN_SECRET=whsec_... python3 brain.py 9000
"""
import base64, hashlib, hmac, json, os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["BRAIN_SECRET"].removeprefix("whsec_"))
PRICES = {"sofa": "499 €", "lamp": "39 €"}


def genuine(headers, body):
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
        return False
    signed = b".".join([headers.get("webhook-id", "").encode(), stamp.encode(), body])
    want = b"v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest())
    return any(hmac.compare_digest(want, s.encode()) for s in headers.get("webhook-signature", "").split())


def decide(turn):
    said = " ".join(m["text"] for m in turn["messages"]).lower()
    for thing, price in PRICES.items():
        if thing in said:
            source = {"name": "price list", "text": f"{thing}: {price}"}
            return {"action": "answer", "text": f"The {thing} costs {price}.", "sources": [source]}
    if "price" in said or "cost" in said:
        things = [{"title": thing.title()} for thing in PRICES]
        return {"action": "choices", "text": "What would you like the price of?", "choices": things}
    return {"action": "keep"}  # what Parley's own bot would say


class Brain(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("content-length", 0)), 1 << 20))
        if not genuine(self.headers, body):
            return self.send_error(401)
        turn = json.loads(body)
        answer = json.dumps({"turn": turn["turn"], **decide(turn)}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Brain)
print("listening on port", server.server_port, flush=True)
server.serve_forever()
