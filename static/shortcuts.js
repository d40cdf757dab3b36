// The keys: for whoever has the hands on them all day. None does anything while
// somebody types, or while something is open over the page, and a device can do
// without them. What they are, the dialog says, and the tooltips of what they do.
"use strict";

part("shortcuts", () => {
  const PAUSE = 1_500; // between "g" and the letter of a page
  const dialog = document.getElementById("shortcuts");
  const main = document.getElementById("main");
  const typed = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
  const on = () => device.get("shortcuts") !== "off";
  let going = 0; // until when a letter names a page

  const items = () => [...main.querySelectorAll(":is([data-list], .cards, .rows) > *")].filter((item) => item.checkVisibility() && !item.matches(".day"));
  const item = () => items().find((one) => one.contains(document.activeElement));

  function step(by) {
    const all = items();
    const at = all.indexOf(item());
    const next = at < 0 ? all.find((one) => one.getBoundingClientRect().bottom > 100) : all[at + by];
    if (!next) return;
    const target = next.querySelector("a[href], button, summary") ?? next;
    if (target === next) next.tabIndex = -1;
    target.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  // The search of the bookings, on whatever page.
  function find() {
    const link = document.querySelector("[data-find]");
    if (link && new URL(link.href).pathname === location.pathname) search();
    else link?.click();
  }
  function search() {
    main.querySelector('input[type="search"]')?.select();
    main.querySelector('input[type="search"]')?.focus();
  }
  const found = () => { if (location.hash === "#find") search(); };
  window.addEventListener("hashchange", found);
  found();

  function show() {
    for (const button of dialog.querySelectorAll("[data-shortcuts=off]")) button.hidden = !on();
    for (const button of dialog.querySelectorAll("[data-shortcuts=on]")) button.hidden = on();
    for (const menu of document.querySelectorAll("[popover]:popover-open")) menu.hidePopover();
    dialog.showModal();
  }

  const keys = {
    "?": show,
    "/": find,
    j: () => step(1),
    k: () => step(-1),
    e: () => item()?.querySelector('[data-action="read"]')?.click(),
    g: () => { going = Date.now() + PAUSE; },
  };

  function acts(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey) return key === "k" && !altKey && !event.shiftKey ? find : null;
    if (altKey) return null;
    const page = going > Date.now() && document.querySelector(`[data-go="${CSS.escape(key)}"]`);
    going = 0;
    return page ? () => page.click() : Object.hasOwn(keys, key) ? keys[key] : null;
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || !on() || event.target.closest?.(typed)) return;
    if (document.querySelector("dialog[open], [popover]:popover-open")) return;
    const act = acts(event);
    if (!act) return;
    event.preventDefault();
    act();
  });

  const buttons = {
    show,
    close: () => dialog.close(),
    off: () => { device.set("shortcuts", "off"); dialog.close(); },
    on: () => { device.remove("shortcuts"); dialog.close(); },
  };
  document.addEventListener("click", ({ target }) => buttons[target.closest?.("[data-shortcuts]")?.dataset.shortcuts]?.());
});
