// Lists that change while somebody reads them. New items push down; but what a
// person points at, has the focus on, or has scrolled to stays where it is: then
// the new items wait behind "3 new" above the list, and what was taken away
// stays, faded, until that moves nothing.
"use strict";

const lists = (() => {
  const template = document.getElementById("waiting");
  const all = () => document.querySelectorAll("#main [data-list]");
  const items = (list, kind) => [...list.children].filter((item) => item.classList.contains(kind));

  let pointer = null; // where it is, while it is over the page
  let before = null; // what was attended before a swap, and what the lists showed
  let pending = false;

  // ---- What somebody attends to ---------------------------------------------

  // An item may be replaced by its newer self: it is remembered by its id.
  function anchor(element) {
    const at = element?.closest?.("#main [data-list] > *") ?? element;
    if (!at || at.id === "main" || !at.closest?.("#main")) return null;
    return { element: at, id: at.id, top: at.getBoundingClientRect().top };
  }

  // The pointer first: where not everything can stay, what it is at does.
  function attended() {
    const found = pointer ? [anchor(document.elementFromPoint(pointer.x, pointer.y))] : [];
    found.push(anchor(document.activeElement));
    if (scrollY > 0) {
      const main = document.getElementById("main").getBoundingClientRect();
      const top = document.querySelector(".top").getBoundingClientRect().bottom + 8;
      for (const part of [0.25, 0.75]) found.push(anchor(document.elementFromPoint(main.left + main.width * part, top)));
    }
    return found.filter(Boolean);
  }

  const now = (a) => (a.element.isConnected ? a.element : a.id && document.getElementById(a.id)) || null;

  // By how much what is attended has moved.
  function moved(anchors) {
    for (const a of anchors) {
      const element = now(a);
      if (!element || element.getClientRects().length === 0) continue;
      const by = element.getBoundingClientRect().top - a.top;
      if (Math.abs(by) >= 1) return by;
    }
    return 0;
  }

  // ---- Around every swap of the stream --------------------------------------

  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx, tasks } = event.detail;
    if (ctx.sourceElement?.id !== "live") return;
    before = { anchors: attended(), known: new Map() };
    if (before.anchors.length === 0) return;
    for (const list of all()) {
      before.known.set(list, new Set([...list.children].filter((item) => !item.matches(".held")).map((item) => item.id)));
    }
    for (let i = tasks.length - 1; i >= 0; i--) {
      if (tasks[i].swapSpec?.style === "delete" && takeLater(tasks[i].target)) tasks.splice(i, 1);
    }
  });

  // An item that is taken away fades instead, and goes when that moves nothing.
  function takeLater(target) {
    const item = typeof target === "string" ? document.querySelector(target) : target;
    if (!item?.matches?.("#main [data-list] > *")) return false;
    item.removeAttribute("id"); // should it come again, it is another
    item.classList.add("leaving");
    item.inert = true;
    return true;
  }

  // htmx tells of a swap a moment after it, when it may have been painted; an
  // observer is told before.
  new MutationObserver(swapped).observe(document.getElementById("main"), { childList: true, subtree: true, characterData: true });
  document.addEventListener("htmx:after:swap", swapped);

  function swapped() {
    if (!before) return;
    const { anchors, known } = before;
    before = null;
    if (anchors.length > 0) {
      // What waited already waits on, in whatever state it came again.
      for (const [list, shown] of known) {
        for (const item of list.children) if (!shown.has(item.id) && !item.matches(".leaving")) item.classList.add("held");
      }
      // What changed in place may have grown; then the page moves, not the eye.
      const by = moved(anchors.slice(0, 1));
      if (by !== 0) scrollBy({ top: by, behavior: "instant" });
    }
    settle();
  }

  // Shows what waits, list by list, where that moves nothing attended to.
  function settle() {
    const anchors = attended();
    pending = false;
    for (const list of all()) {
      const held = items(list, "held");
      const leaving = items(list, "leaving");
      for (const item of held) item.classList.remove("held");
      for (const item of leaving) item.classList.add("gone");
      const cut = surplus(list);
      for (const item of cut) item.classList.add("gone");
      if (anchors.length === 0 || moved(anchors) === 0) {
        for (const item of [...leaving, ...cut]) item.remove();
      } else {
        for (const item of held) item.classList.add("held");
        for (const item of [...leaving, ...cut]) item.classList.remove("gone");
      }
      label(list);
    }
  }

  // Lists of a page that stays open all day are cut at the end.
  function surplus(list) {
    const most = Number(list.dataset.cap || Infinity);
    const visible = [...list.children].filter((item) => !item.matches(".held, .gone"));
    return visible.slice(most);
  }

  // ---- "3 new" --------------------------------------------------------------

  function label(list) {
    const held = items(list, "held").length;
    pending ||= held > 0 || items(list, "leaving").length > 0;
    let chip = list.previousElementSibling?.matches(".waiting") ? list.previousElementSibling : null;
    if (held === 0) {
      chip?.remove();
      return;
    }
    if (!chip) {
      chip = template.content.firstElementChild.cloneNode(true);
      list.before(chip);
    }
    chip.firstElementChild.textContent = `${held} new`;
  }

  document.addEventListener("click", (event) => {
    const chip = event.target.closest?.(".waiting");
    if (!chip) return;
    const list = chip.nextElementSibling;
    const first = items(list, "held")[0];
    for (const item of items(list, "held")) item.classList.remove("held");
    for (const item of [...items(list, "leaving"), ...surplus(list)]) item.remove();
    label(list);
    if (first && list.getBoundingClientRect().top < 0) list.scrollIntoView({ block: "start", behavior: "instant" });
    first?.querySelector("a, button")?.focus({ preventScroll: true });
  });

  // When somebody goes elsewhere, what waited may be shown.
  let asked = 0;
  function later() {
    if (!pending || asked) return;
    asked = setTimeout(() => {
      asked = 0;
      if (!connection.paused) settle();
    }, 300);
  }
  document.addEventListener("pointermove", (event) => {
    pointer = event.pointerType === "touch" ? null : { x: event.clientX, y: event.clientY };
    later();
  }, { passive: true });
  document.documentElement.addEventListener("pointerleave", () => {
    pointer = null;
    later();
  });
  document.addEventListener("focusout", later);
  document.addEventListener("scroll", later, { passive: true });

  // ---- What changed glows once, and focus stays -----------------------------

  // The class goes when the glow has ended, or another change of the same
  // element could not show.
  document.addEventListener("htmx:after:settle", (event) => {
    const { task, newContent } = event.detail;
    if (!connection.live || task.sourceElement?.id !== "live") return;
    for (const element of newContent) {
      if (element.matches?.("[data-list] > *")) element.classList.add("fresh");
    }
  });
  document.addEventListener("animationend", (event) => {
    if (event.animationName === "glow") event.target.classList.remove("fresh");
  });

  // A card that is replaced while it has the focus gives it to its successor.
  let focused = null;
  document.addEventListener("htmx:before:swap", () => {
    focused = document.activeElement?.closest("[data-list] > *")?.id ?? null;
  });
  document.addEventListener("htmx:after:swap", () => {
    if (focused && document.activeElement === document.body) {
      document.getElementById(focused)?.querySelector("a, button")?.focus({ preventScroll: true });
    }
  });

  for (const list of all()) for (const item of surplus(list)) item.remove();
  // Whether the pointer is at an element, also where that has just arrived.
  const pointsAt = (element) => pointer !== null && element.contains(document.elementFromPoint(pointer.x, pointer.y));

  return { settle, pointsAt };
})();
