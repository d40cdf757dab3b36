// Many windows, few connections. Over HTTP/1.1 a browser opens six to one server, and
// a window that waits for the seventh shows nothing at all. So no more than four
// windows of a browser keep a stream; the others fetch themselves from time to time,
// and take a turn that becomes free. A turn is a Web Lock; on plain HTTP, where there
// are none, it is a lease in what the browser keeps, renewed while its window lives.
"use strict";

const windows = part("windows", () => {
  const TURNS = 4; // what is left is for pages, and for the tab that rings while it is hidden
  const NAME = "baithaka-stream";
  const LEASE = 15_000;
  const RENEW = 5_000;
  const SETTLE = 60; // two windows that want the same lease: the later one has it
  const me = `${Date.now()}-${Math.random()}`;
  const shared = /^(h2|h3)/.test(performance.getEntriesByType("navigation")[0]?.nextHopProtocol ?? ""); // one connection for all
  let release = shared ? () => {} : null; // gives the turn back
  let asking = null;

  const lock = (turn) => new Promise((done) => {
    navigator.locks.request(`${NAME}-${turn}`, { ifAvailable: true }, (got) => {
      if (got) return new Promise((end) => done(end));
      done(null);
      return undefined;
    }).catch(() => done(null));
  });

  async function lease(turn) {
    const key = `${NAME}-${turn}`;
    const mine = () => device.get(key)?.startsWith(`${me} `);
    const now = () => new Date().getTime();
    const renew = () => device.set(key, `${me} ${now() + LEASE}`);
    const until = Number(device.get(key)?.split(" ")[1] ?? 0);
    if (until > now() && !mine()) return null;
    renew();
    await new Promise((done) => setTimeout(done, SETTLE));
    if (!mine()) return null;
    const timer = setInterval(() => {
      if (mine()) renew();
      else lost(); // it ran out while this window slept, and another has it
    }, RENEW);
    return () => {
      clearInterval(timer);
      if (mine()) device.remove(key);
    };
  }

  async function take() {
    for (let turn = 1; turn <= TURNS && !release; turn++) release = await (navigator.locks ? lock : lease)(turn);
    asking = null;
    return release !== null;
  }

  // Asks for a turn, and tells whether this window has one.
  function ask() {
    if (release) return Promise.resolve(true);
    return (asking ??= take());
  }

  function leave() {
    if (shared) return;
    release?.();
    release = null;
  }

  function lost() {
    leave();
    document.dispatchEvent(new CustomEvent("baithaka:turn-lost"));
  }

  return { ask, leave, get held() { return release !== null; } };
});
