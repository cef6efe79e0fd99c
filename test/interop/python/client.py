"""publish: reads {url, mode, events}[] from standard input, builds the events with the SDK, sends them, prints one line each.
receive: a server that reads requests with the SDK, and prints one line each; its first line is its port.
"""

import base64
import http.client
import json
import sys
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from cloudevents.core.bindings import http as binding
from cloudevents.core.bindings.http import HTTPMessage
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

FORMAT = JSONFormat()


def tell(line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def cloud_event(neutral):
    attributes = {"specversion": "1.0"}
    for name in ("id", "source", "type", "subject", "dataschema", "datacontenttype"):
        if name in neutral:
            attributes[name] = neutral[name]
    attributes["time"] = datetime.fromisoformat(neutral["time"].replace("Z", "+00:00"))
    for name, extension in neutral.get("extensions", {}).items():
        # The SDK's JSON format supports dates, but not bytes.
        is_time = extension["type"] == "timestamp"
        value = extension["value"]
        attributes[name] = datetime.fromisoformat(value.replace("Z", "+00:00")) if is_time else value
    data = base64.b64decode(neutral["base64"]) if "base64" in neutral else neutral.get("json", neutral.get("text"))
    return CloudEvent(attributes=attributes, data=data)


def send(task):
    events = [cloud_event(each) for each in task["events"]]
    if task["mode"] == "batch":
        # The SDK cannot write batches: this is an array of its JSON format.
        body = b"[" + b",".join(FORMAT.write(each) for each in events) + b"]"
        message = HTTPMessage({"content-type": "application/cloudevents-batch+json"}, body)
    elif task["mode"] == "binary":
        message = binding.to_binary(events[0], FORMAT)
    else:
        message = binding.to_structured(events[0], FORMAT)
    url = urlsplit(task["url"])
    login = base64.b64encode(f"{url.username}:{url.password}".encode()).decode()
    connection = http.client.HTTPConnection(url.hostname, url.port)
    connection.request("POST", url.path, message.body, {**message.headers, "authorization": f"Basic {login}"})
    answer = connection.getresponse()
    line = {"status": answer.status, "answer": answer.read().decode()}
    connection.close()
    return line


def publish():
    for task in json.load(sys.stdin):
        try:
            tell(send(task))
        except Exception as error:  # Told to the matrix, which knows what was to be sent.
            tell({"error": f"{type(error).__name__}: {error}"})


def data_of(data, datacontenttype):
    if data is None:
        return None
    if isinstance(data, bytes):
        return base64.b64encode(data).decode()
    is_json = datacontenttype is None or "json" in datacontenttype
    text = data if isinstance(data, str) and not is_json else json.dumps(data)
    return base64.b64encode(text.encode()).decode()


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            event = binding.from_http(HTTPMessage(headers, body), FORMAT)
            attributes = {
                name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in event.get_attributes().items()
            }
            data = data_of(event.get_data(), attributes.get("datacontenttype"))
            tell({"path": self.path, "attributes": attributes, **({} if data is None else {"data": data})})
        except Exception as error:  # Told to the matrix.
            seen = json.dumps([headers, body.decode("utf-8", "replace")])
            tell({"path": self.path, "error": f"{type(error).__name__}: {error}", "seen": seen})
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


if sys.argv[1] == "publish":
    publish()
else:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    tell({"port": server.server_port})
    server.serve_forever()
