// One of many tabs rings, and keeps its stream while it is hidden, which the others
// give up (connection.js). Which one that is, is settled by a Web Lock, held for as
// long as the tab lives, and taken from it when it does not answer: a tab that was
// frozen to save power keeps its lock and rings no more. Browsers give no locks to
// pages over plain HTTP; there only what is being looked at rings.
"use strict";

const tabs = part("tabs", () => {
  const LOCK = "baithaka-rings";
  const ASK = 15_000; // a tab that waits for the lock asks this often whether somebody is there
  const ANSWER = 5_000; // and takes it after this long without a word
  const locks = navigator.locks;
  const others = locks && "BroadcastChannel" in window ? new BroadcastChannel(LOCK) : null;
  let release = null; // ends the request of a tab that could ring: sound runs or desktop alerts are on
  let holds = null; // the request that has the lock, by what ends it
  let wanted = false; // whether this tab could ring
  let away = false; // left or frozen
  let silent = 0; // what takes the lock, unless it is answered
  const leading = () => holds !== null;

  function lead(by) {
    holds = by;
    // A tab that inherits the lock may have given its stream up, or never had one; one
    // that loses it while it is hidden gives it up.
    if (by && (document.hidden || connection.polling)) connection.refetch();
    if (!by && document.hidden) connection.seen();
    document.dispatchEvent(new CustomEvent("baithaka:leading"));
  }

  // Each request has an end of its own: one that is over may still stand in line,
  // or not have left yet, when the next is made.
  function want(yes) {
    wanted = yes;
    const stands = yes && !away;
    if (stands === (release !== null) || !locks) return;
    if (stands) stand();
    else leave();
  }

  function leave() {
    release?.();
    release = null;
  }

  function stand(options = {}) {
    let end;
    const over = new Promise((done) => { end = done; });
    release = end;
    locks.request(LOCK, options, () => {
      if (release !== end) return undefined; // changed its mind while it stood in line
      lead(end);
      return over;
    }).then(() => {
      if (holds === end) lead(null);
    }, () => {
      // Another tab took it while this one did not answer. It stands in line again.
      if (holds === end) lead(null);
      if (release === end) stand();
    });
  }

  function ask() {
    if (release === null || leading() || silent) return;
    others.postMessage("who rings?");
    silent = setTimeout(take, ANSWER);
  }

  function take() {
    silent = 0;
    if (release === null || leading()) return;
    leave();
    stand({ steal: true });
  }

  others?.addEventListener("message", ({ data }) => {
    // Chromium hands messages to a frozen tab too; what does not run there is a timer.
    if (data === "who rings?") setTimeout(() => { if (leading()) others.postMessage("I do"); });
    if (data !== "I do") return;
    clearTimeout(silent);
    silent = 0;
  });
  if (others) setInterval(ask, ASK);

  // What is about to stand still lets another ring.
  const gone = (is) => () => {
    away = is;
    want(wanted);
  };
  document.addEventListener("freeze", gone(true));
  window.addEventListener("pagehide", gone(true));
  document.addEventListener("resume", gone(false));
  window.addEventListener("pageshow", gone(false));

  // Whether this tab is the one to ring for an event. Without locks two windows
  // side by side could both be looked at: the first to note the event rings.
  function rings(position) {
    if (locks) return leading();
    if (document.hidden || device.get("rung") === position) return false;
    device.set("rung", position);
    return true;
  }

  // Whether any tab of this browser holds the lock.
  async function led() {
    const held = (await locks?.query().catch(() => null))?.held ?? [];
    return held.some((lock) => lock.name === LOCK);
  }

  return { want, rings, led, get leading() { return leading(); } };
});
