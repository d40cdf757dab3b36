// Many tabs, few connections. Over HTTP/1.1 a browser opens six to one server,
// so a hidden tab gives its stream up (hx-sse's pauseOnBackground), except for
// one: the tab that rings. Which one that is, is settled by a Web Lock, held for
// as long as the tab lives. Browsers give no locks to pages over plain HTTP;
// there only what is being looked at rings.
"use strict";

const tabs = (() => {
  const LOCK = "baithaka-rings";
  const locks = navigator.locks;
  let release = null; // ends the request of a tab that could ring: sound runs or desktop alerts are on
  let holds = null; // the request that has the lock, by what ends it
  const leading = () => holds !== null;

  // hx-sse listens for the tab to be hidden; the tab that rings does not.
  function keepStream() {
    const listener = connection.line?.visibilityHandler;
    if (!listener) return;
    document.removeEventListener("visibilitychange", listener);
    if (!leading()) document.addEventListener("visibilitychange", listener);
  }

  function lead(by) {
    holds = by;
    keepStream();
    // A hidden tab that inherits the lock has given its stream up already.
    if (by && document.hidden) connection.refetch();
    document.dispatchEvent(new CustomEvent("baithaka:leading"));
  }

  // Each request has an end of its own: one that is over may still stand in line,
  // or not have left yet, when the next is made.
  function want(yes) {
    if (yes === (release !== null) || !locks) return;
    if (!yes) {
      release();
      release = null;
      return;
    }
    let end;
    const over = new Promise((done) => { end = done; });
    release = end;
    locks.request(LOCK, () => {
      if (release !== end) return undefined; // changed its mind while it stood in line
      lead(end);
      return over;
    }).then(() => {
      if (holds === end) lead(null);
    });
  }

  document.addEventListener("htmx:sse:before:connection", () => { if (leading()) keepStream(); });

  // Whether this tab is the one to ring for an event. Without locks two windows
  // side by side could both be looked at: the first to note the event rings.
  function rings(position) {
    if (locks) return leading();
    if (document.hidden || localStorage.getItem("rung") === position) return false;
    localStorage.setItem("rung", position);
    return true;
  }

  // Whether any tab of this browser holds the lock.
  async function led() {
    const held = (await locks?.query())?.held ?? [];
    return held.some((lock) => lock.name === LOCK);
  }

  return { want, rings, led, get leading() { return leading(); } };
})();
