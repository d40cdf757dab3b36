// The first script of a page. The others are parts, each of which may fail: where a
// browser does not know a time zone, keeps nothing, has no sound, or is too old. A
// part that fails does so alone, and the page says so.
"use strict";

// A part that failed is undefined; who uses another part asks whether it is there.
const part = (() => {
  const broken = document.getElementById("broken");
  let said = false; // once a page: what fails may fail every second
  const say = () => {
    if (broken && !said) broken.hidden = false;
    said = true;
  };
  broken?.querySelector("[data-close]").addEventListener("click", () => { broken.hidden = true; });

  // A script that could not be loaded or read, and what fails later.
  const ours = (address) => address?.startsWith(`${location.origin}/static/`);
  window.addEventListener("error", (event) => { if (ours(event.target?.src) || ours(event.filename)) say(); }, true);

  return (name, make) => {
    try {
      return make();
    } catch (error) {
      console.error(`The page's ${name} do not work here.`, error);
      say();
      return undefined;
    }
  };
})();

// What a browser keeps for the page, for good or while its tab is open. One that
// was told to keep nothing throws when it is asked; then the page itself remembers.
const memory = (kind) => {
  const own = new Map();
  const attempt = (act, instead) => {
    try {
      return act(window[kind]);
    } catch {
      return instead();
    }
  };
  return {
    get: (key) => attempt((kept) => kept.getItem(key), () => own.get(key) ?? null),
    set: (key, value) => attempt((kept) => kept.setItem(key, value), () => own.set(key, value)),
    remove: (key) => attempt((kept) => kept.removeItem(key), () => own.delete(key)),
  };
};
const device = memory("localStorage");
const visit = memory("sessionStorage");
