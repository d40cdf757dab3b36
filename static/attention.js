// What a person attends to: what the pointer is at, what has the focus, and, on
// a page that is scrolled, what stands at its top. lists.js asks here whether
// something would move it, and has it put back where it did.
"use strict";

const attention = part("places", () => {
  const IDLE = 10 * 60_000; // a pointer that was left lying points at nothing
  const main = document.getElementById("main");

  let pointer = null; // where it is, while it is over the page
  let touched = Date.now(); // when somebody last did something here
  let last = null; // what the pointer was at when somebody last asked
  const rooms = new Map(); // what was made larger, so that nothing moves; by which property

  // An item may be replaced by its newer self: it is remembered by its id. In the
  // gap between two items it is the next one.
  function anchor(element, y = 0) {
    let at = element?.closest?.("#main [data-list] > *");
    if (!at && element?.matches?.("[data-list]")) at = [...element.children].find((item) => item.getBoundingClientRect().bottom > y);
    at ??= element;
    if (!at || at === main || !main.contains(at) || at.getClientRects().length === 0) return null;
    return { element: at, id: at.id, top: at.getBoundingClientRect().top };
  }

  // What is still pointed at stays where it was first: a page scrolls by whole
  // pixels, and what is left over would add up.
  function pointed() {
    const a = under(pointer.x, pointer.y);
    if (a && last && now(last) === a.element && Math.abs(last.top - a.top) < 1) a.top = last.top;
    return (last = a);
  }

  // Also below what was opened over the page.
  const under = (x, y) => anchor(document.elementsFromPoint(x, y).find((element) => main.contains(element)), y);

  // The pointer first: where not everything can stay, what it is at does.
  function attended() {
    if (Date.now() - touched > IDLE) return [];
    const found = pointer ? [pointed()] : [];
    found.push(anchor(document.activeElement));
    if (scrollY > 0) {
      const { left, width } = main.getBoundingClientRect();
      const top = document.querySelector(".top").getBoundingClientRect().bottom + 8;
      for (const part of [0.25, 0.75]) found.push(under(left + width * part, top));
    }
    return found.filter(Boolean);
  }

  const now = (a) => (a.element.isConnected ? a.element : a.id && document.getElementById(a.id)) || null;

  // By how much what is attended to has moved; without end when it is not shown
  // any more. What the server took away altogether cannot be kept.
  function moved(anchors) {
    for (const a of anchors) {
      const element = now(a);
      if (!element) continue;
      if (element.getClientRects().length === 0) return Infinity;
      const by = element.getBoundingClientRect().top - a.top;
      if (Math.abs(by) >= 1) return by;
    }
    return 0;
  }

  // Moves the page, so that the eye need not. Where the page ends, room is made:
  // below it, or above the list.
  function keep(a) {
    const by = moved([a]);
    if (by === 0 || !Number.isFinite(by)) return;
    const lacking = scrollY + by + innerHeight - document.documentElement.scrollHeight;
    if (lacking > 0) room(main, "minHeight", main.offsetHeight + lacking);
    scrollBy({ top: by, behavior: "instant" });
    const rest = moved([a]);
    if (rest >= 0) return;
    const list = now(a).closest("[data-list]") ?? now(a);
    room(list, "marginTop", parseFloat(getComputedStyle(list).marginTop) - rest);
  }

  function room(element, property, pixels) {
    element.style[property] = `${pixels}px`;
    rooms.set(element, property);
  }

  // Takes the room back where that moves nothing, and tells whether some is left.
  function relax(anchors) {
    for (const [element, property] of rooms) {
      const was = element.style[property];
      const y = scrollY;
      element.style[property] = "";
      if (moved(anchors) === 0) {
        rooms.delete(element);
        continue;
      }
      element.style[property] = was;
      scrollTo({ top: y, behavior: "instant" });
    }
    return rooms.size > 0;
  }

  // A finger points while it is down. Where things move under a pointer that
  // rests, browsers tell of a move to the same place: that is nobody's doing.
  function point(event) {
    const lifted = event.pointerType === "touch" && event.type !== "pointerdown";
    if (pointer && !lifted && pointer.x === event.clientX && pointer.y === event.clientY) return;
    pointer = lifted ? null : { x: event.clientX, y: event.clientY };
    touched = Date.now();
  }
  for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
    document.addEventListener(name, point, { passive: true, capture: true });
  }
  document.documentElement.addEventListener("pointerleave", () => { pointer = null; });
  for (const name of ["keydown", "wheel", "touchmove"]) {
    document.addEventListener(name, () => { touched = Date.now(); }, { passive: true, capture: true });
  }

  return { attended, moved, keep, relax };
});
