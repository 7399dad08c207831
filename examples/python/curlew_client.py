#!/usr/bin/env python3
"""A Curlew client in one file: registers, logs in, makes a direct chat, sends, pulls, receives pushes.

    python3 curlew_client.py http://127.0.0.1:8080

Needs nothing but Python 3.8. What the methods take and answer: docs/protocol.md.
"""
import base64, json, os, secrets, socket, ssl, struct, sys, urllib.parse


class Refused(Exception):
    """The server answered with this error: `code` says which it is, `retry` what to do."""


class Curlew:
    """One connection. Pushes that arrive during a call wait for `next_push`."""
    def __init__(self, url):
        at, key = urllib.parse.urlsplit(url), base64.b64encode(os.urandom(16)).decode()
        secure = at.scheme == "https"
        self.socket = socket.create_connection((at.hostname, at.port or (443 if secure else 80)), timeout=20)
        if secure:
            self.socket = ssl.create_default_context().wrap_socket(self.socket, server_hostname=at.hostname)
        self.stream, self.pushes, self.last_id = self.socket.makefile("rb"), [], 0
        self.socket.sendall((f"GET /v1/ws HTTP/1.1\r\nHost: {at.netloc}\r\nUpgrade: websocket\r\n"
                             "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                             f"Sec-WebSocket-Key: {key}\r\n\r\n").encode())
        if b" 101 " not in self.stream.readline():
            raise ConnectionError(f"no Curlew server at {url}")
        while self.stream.readline().strip():
            pass

    def call(self, method, **params):
        self.last_id += 1
        self._write(1, json.dumps({"id": self.last_id, "method": method, "params": params}).encode())
        while True:
            frame = self._read()
            if "push" in frame:
                self.pushes.append(frame)
            elif "error" in frame:
                raise Refused(frame["error"])
            else:
                return frame["ok"]

    def next_push(self, kind):
        """The next push of a kind. Others are dropped: whatever a push says can be pulled as well."""
        while True:
            frame = self.pushes.pop(0) if self.pushes else self._read()
            if frame.get("push") == kind:
                return frame["data"]

    def history(self, chat, cursor=0, page=100):
        """Everything after `cursor`, oldest first. Keep the last stamp: it is the next cursor."""
        answer = {"has_more": True}
        while answer["has_more"]:
            answer = self.call("timeline.pull", chat=chat, after=cursor, limit=page)
            yield from answer["entries"]
            cursor = answer["entries"][-1]["stamp"] if answer["entries"] else cursor

    def _write(self, opcode, payload):  # RFC 6455, section 5.2: clients mask what they send
        size, mask = len(payload), os.urandom(4)
        length = (bytes([0x80 | size]) if size < 126 else
                  struct.pack("!BH", 0xFE, size) if size < 65536 else struct.pack("!BQ", 0xFF, size))
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def _read(self):
        while True:
            opcode, size = self.stream.read(2) or (8, 0)
            opcode &= 15  # the rest says that the frame is whole, which frames of this server are
            if size > 125:
                size = int.from_bytes(self.stream.read(2 if size == 126 else 8), "big")
            payload = self.stream.read(size)
            if opcode == 1:
                return json.loads(payload)
            if opcode == 9:  # ping: answer with a pong
                self._write(10, payload)
            elif opcode == 8:
                raise ConnectionError(f"closed: {int.from_bytes(payload[:2], 'big')} {payload[2:]!r}")


def main(url):
    ann, bob, password = Curlew(url), Curlew(url), secrets.token_urlsafe(12)
    names = [f"{name}-{secrets.token_hex(4)}" for name in ("ann", "bob")]
    ann.call("account.register", username=names[0], password=password)
    Curlew(url).call("account.register", username=names[1], password=password)
    print("logged in:", bob.call("session.login", username=names[1], password=password)["user"]["username"])
    friend, fresh = ann.call("user.find", username=names[1])["user"], lambda: secrets.token_hex(16)
    chat = ann.call("chat.create", kind="direct", members=[friend["id"]], client_id=fresh())["chat"]["id"]
    for text in ("Hello Bob", "你好 🐦", "<b>not bold</b>"):
        # When the answer is lost: send again with the same client_id, and nothing is stored twice.
        ann.call("message.send", chat=chat, client_id=fresh(), content={"type": "text", "text": text})
        pushed = bob.next_push("entry")["entry"]
        print("pushed:", pushed["content"].get("text", pushed["content"]))
    print("pulled:", [e["content"]["text"] for e in bob.history(chat, page=2) if e["kind"] == "message"])
    bob.call("read.mark", chat=chat, stamp=pushed["stamp"])
    print("unread:", bob.call("chat.get", chat=chat)["unread"])


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080")
