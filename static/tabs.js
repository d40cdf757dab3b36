// Many tabs, few connections. Over HTTP/1.1 a browser opens six to one server,
// so a hidden tab gives its stream up (hx-sse's pauseOnBackground), except for
// one: the tab that rings. Which one that is, is settled by a Web Lock, held for
// as long as the tab lives. Browsers give no locks to pages over plain HTTP;
// there only what is being looked at rings.
"use strict";

const tabs = (() => {
  const LOCK = "baithaka-rings";
  const locks = navigator.locks;
  let wanted = false; // this tab could ring: sound runs or desktop alerts are on
  let leading = false;
  let release = null;

  // hx-sse listens for the tab to be hidden; the tab that rings does not.
  function keepStream() {
    const listener = connection.line?.visibilityHandler;
    if (!listener) return;
    document.removeEventListener("visibilitychange", listener);
    if (!leading) document.addEventListener("visibilitychange", listener);
  }

  function lead(yes) {
    leading = yes;
    keepStream();
    // A hidden tab that inherits the lock has given its stream up already.
    if (yes && document.hidden) connection.refetch();
    document.dispatchEvent(new CustomEvent("baithaka:leading"));
  }

  function want(yes) {
    if (yes === wanted || !locks) return;
    wanted = yes;
    if (!yes) {
      release?.();
      return;
    }
    locks.request(LOCK, () => {
      if (!wanted) return undefined; // changed its mind while it stood in line
      lead(true);
      return new Promise((done) => { release = done; });
    }).then(() => {
      release = null;
      if (leading) lead(false);
    });
  }

  document.addEventListener("htmx:sse:before:connection", () => { if (leading) keepStream(); });

  // Whether this tab is the one to ring for an event. Without locks two windows
  // side by side could both be looked at: the first to note the event rings.
  function rings(position) {
    if (locks) return leading;
    if (document.hidden || localStorage.getItem("rung") === position) return false;
    localStorage.setItem("rung", position);
    return true;
  }

  // Whether any tab of this browser holds the lock.
  async function led() {
    const held = (await locks?.query())?.held ?? [];
    return held.some((lock) => lock.name === LOCK);
  }

  return { want, rings, led, get leading() { return leading; } };
})();
