// Runs one client library: node run.mjs NAME URL KEY. Each message it hears is a
// line of JSON, and so is its end for good. NAME with "!" behind it has the
// settings that docs/clients.md names.
import { createEventSource } from "eventsource-client";
import { EventSource } from "eventsource";
import { EventSource as LaunchDarkly } from "launchdarkly-eventsource";
import { Agent, EventSource as Undici } from "undici";
import polyfill from "event-source-polyfill";
import reconnecting from "reconnecting-eventsource";

const [, , asked, url, key] = process.argv;
const name = asked.replace("!", "");
const settled = asked !== name;
const headers = { Authorization: `Bearer ${key}` };
const tell = (heard) => console.log(JSON.stringify(heard));

// The stream's messages have names, and onmessage hears none of them.
const names = ["hello", "live", "beat", "resync", "bye", "booking:new"];

// Follows whatever looks like the browser's EventSource.
function follow(source, errors = true) {
  for (const event of names) {
    source.addEventListener(event, ({ data }) => {
      tell({ Event: event, Data: data });
      if (settled && event === "bye") {
        source.close();
        tell({ Ended: "bye" });
      }
    });
  }
  if (errors) {
    source.onerror = () => {
      if (source.readyState === 2) tell({ Ended: "closed" });
    };
  }
  return source;
}

// A fetch that brings the key along.
const withKey = (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...headers } });

// Makes a new source, from where the last one was, whenever one has closed.
function patiently(make) {
  let last = "";
  const begin = () => {
    const source = make(last ? `${url}&after=${encodeURIComponent(last)}` : url);
    follow(source, false);
    for (const event of names) source.addEventListener(event, ({ lastEventId }) => { last = lastEventId || last; });
    source.addEventListener("bye", () => { over = true; });
    source.onerror = () => {
      if (source.readyState === 2 && !over) setTimeout(begin, 1000);
    };
  };
  let over = false;
  begin();
}

const libraries = {
  eventsource() {
    const make = (at) => new EventSource(at, { fetch: withKey });
    if (settled) patiently(make);
    else follow(make(url));
  },
  undici() {
    const dispatcher = new Agent().compose((dispatch) => (options, handler) =>
      dispatch({ ...options, headers: options.headers ? { ...Object.fromEntries(pairs(options.headers)), ...headers } : headers }, handler));
    const make = (at) => new Undici(at, { node: { dispatcher } });
    if (settled) patiently(make);
    else follow(make(url));
  },
  "launchdarkly-eventsource"() {
    const more = settled ? { errorFilter: ({ status }) => status !== 401, maxBackoffMillis: 30000, jitterRatio: 0.5 } : {};
    const source = follow(new LaunchDarkly(url, { headers, ...more }), false);
    source.onerror = () => {}; // without one, an error ends the process
    source.addEventListener("closed", () => tell({ Ended: "closed" }));
  },
  "eventsource-client"() {
    const source = createEventSource({
      url,
      headers,
      onMessage({ event, data }) {
        tell({ Event: event, Data: data });
        if (settled && event === "bye") {
          source.close();
          tell({ Ended: "bye" });
        }
      },
    });
  },
  "event-source-polyfill"() {
    const more = settled ? { lastEventIdQueryParameterName: "after" } : {};
    const make = (at) => new polyfill.EventSourcePolyfill(at, { headers, ...more });
    if (settled) patiently(make);
    else follow(make(url));
  },
  "reconnecting-eventsource"() {
    class WithKey extends EventSource {
      constructor(at, options) {
        super(at, { ...options, fetch: withKey });
      }
    }
    follow(new (reconnecting.default ?? reconnecting)(url, { eventSourceClass: WithKey }), false);
  },
  async "@microsoft/fetch-event-source"() {
    // It is made for browsers.
    globalThis.window = globalThis;
    globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} };
    const { fetchEventSource } = await import("@microsoft/fetch-event-source/lib/cjs/index.js");
    const end = new AbortController();
    let over = false;
    const more = settled
      ? {
          signal: end.signal,
          async onopen(response) {
            over = response.status === 401;
            if (!response.ok) throw new Error(`${response.status}`);
          },
          onclose() { throw new Error("closed"); },
          onerror(error) { if (over) throw error; },
        }
      : {};
    try {
      await fetchEventSource(url, {
        headers,
        openWhenHidden: true,
        onmessage({ event, data }) {
          tell({ Event: event, Data: data });
          if (settled && event === "bye") end.abort();
        },
        ...more,
      });
      tell({ Ended: "resolved" });
    } catch (error) {
      tell({ Ended: String(error) });
    }
  },
};

// undici gives headers flat, as pairs, or as an object.
function pairs(all) {
  if (typeof all[Symbol.iterator] !== "function") return Object.entries(all);
  const list = [...all];
  if (Array.isArray(list[0])) return list;
  return list.flatMap((value, i) => (i % 2 ? [] : [[String(value), String(list[i + 1])]]));
}

await libraries[name]();
setInterval(() => {}, 1000);
