#!/usr/bin/env bash
# Guessed: eventsource-client 1.2.0 takes an answer that is not 200, or no
# text/event-stream, for a failure, as the browser's EventSource does: no
# onConnect, and nothing of the body is read as messages.
# Happens: it looks at no status but 204 and at no media type: 401, 429, 500 and a
# page of HTML call onConnect, their bodies are read as a stream, and it asks
# again for ever, at the same pace.
# Matters: a program with a revoked key shows itself connected and asks every two
# seconds until somebody stops it; lines of an error's body that look like
# messages are delivered as such.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit eventsource-client@1.2.0
cat >run.mjs <<'JS'
import { createServer } from "node:http";
import { createEventSource } from "eventsource-client";

let wrong = false;
for (const [status, type, body] of [[401, "application/json", "{}"], [429, "application/json", "{}"], [500, "text/html", "data: not an event\n\n"]]) {
  let requests = 0, connected = 0, messages = [];
  const server = createServer((_, res) => { requests++; res.writeHead(status, { "content-type": type }).end(body); });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const source = createEventSource({
    url: `http://127.0.0.1:${server.address().port}/`,
    onConnect: () => connected++,
    onMessage: ({ data }) => messages.push(data),
  });
  const end = Date.now() + 20000;
  while (requests < 2 && Date.now() < end) await new Promise((done) => setTimeout(done, 50));
  source.close();
  server.closeAllConnections();
  server.close();
  console.log(`${status} ${type}: asked ${requests} times, onConnect called ${connected > 0}, messages ${JSON.stringify([...new Set(messages)])}`);
  wrong ||= requests < 2 || connected === 0 || (status === 500) !== (messages.length > 0);
}
if (wrong) {
  console.log("the behaviour has changed");
  process.exit(1);
}
JS
echo "eventsource-client $(node -p 'require("./node_modules/eventsource-client/package.json").version'), node $(node --version)"
node run.mjs
