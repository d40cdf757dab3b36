// Lists that change while somebody reads them. New items push down; but what a
// person points at, has the focus on, or has scrolled to stays where it is: then
// the new items wait behind "3 new" above the list, and what was taken away
// stays, faded, until that moves nothing.
"use strict";

const lists = part("lists", () => {
  const template = document.getElementById("waiting");
  const all = () => document.querySelectorAll("#main [data-list]");
  const items = (list, kind) => [...list.children].filter((item) => item.classList.contains(kind));
  const entries = (list) => [...list.children].filter((item) => !item.matches(".day")); // without its headings

  let before = null; // what was attended to before a swap, and what the lists showed
  let pending = false;

  // ---- Around every swap that nobody asked for ------------------------------

  // The stream's, and those of a page that reads itself anew.
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx, tasks } = event.detail;
    if (!["live", "main"].includes(ctx.sourceElement?.id)) return;
    before = { anchors: attention.attended(), known: new Map() };
    if (before.anchors.length === 0) return;
    for (const list of all()) {
      before.known.set(list, new Set(entries(list).filter((item) => !item.matches(".held")).map((item) => item.id)));
    }
    for (let i = tasks.length - 1; i >= 0; i--) {
      if (tasks[i].swapSpec?.style === "delete" && takeLater(tasks[i].target)) tasks.splice(i, 1);
    }
  });

  // An item that is taken away fades instead, and goes when that moves nothing.
  // One that nobody has seen yet goes at once.
  function takeLater(target) {
    const item = typeof target === "string" ? document.querySelector(target) : target;
    if (!item?.matches?.("#main [data-list] > :not(.held)")) return false;
    item.removeAttribute("id"); // should it come again, it is another
    item.classList.add("leaving");
    item.inert = true;
    return true;
  }

  // htmx tells of a swap a moment after it, when it may have been painted; an
  // observer is told before.
  new MutationObserver(swapped).observe(document.getElementById("main"), { childList: true, subtree: true, characterData: true });
  document.addEventListener("htmx:finally:swap", swapped);

  function swapped() {
    if (!before) return;
    const { anchors, known } = before;
    before = null;
    if (anchors.length > 0) {
      // What waited already waits on, in whatever state it came again.
      for (const [list, shown] of known) {
        for (const item of entries(list)) if (!shown.has(item.id) && !item.matches(".leaving")) item.classList.add("held");
      }
      attention.keep(anchors[0]); // what changed in place may have another height now
    }
    settle();
  }

  // When the header grows or shrinks, what is below moves with it: not the lists do.
  function shifted(by) {
    for (const a of before?.anchors ?? []) a.top += by;
  }

  // The highest first. Keys are whole numbers, longer than a script can count.
  function byPlace(a, b) {
    const [left, right] = [a.dataset.sort, b.dataset.sort];
    if (left === right) return 0;
    return right.length - left.length || (left < right ? 1 : -1);
  }

  // In a list by days what is to come stands first, the nearest on top; then what has
  // no day, and what was, the last on top.
  function byDay(order, today) {
    const key = (item) => {
      const day = Number(item.dataset[order]);
      if (day === 0) return [1, 0];
      return day >= today ? [0, day] : [2, -day];
    };
    return (a, b) => {
      const [left, right] = [key(a), key(b)];
      return left[0] - right[0] || left[1] - right[1] || (left[0] === 0 ? byPlace(b, a) : byPlace(a, b));
    };
  }
  const orderOf = (list) => (list.dataset.order ? byDay(list.dataset.order, Number(list.dataset.today)) : byPlace);

  // A list that is narrowed takes only what matches, as its cards say: what was pushed
  // into it and does not, or does not any more, is none of it. Nor is what comes after
  // the last of a page.
  function foreign(list) {
    if (!list.dataset.takes) return [];
    const takes = JSON.parse(list.dataset.takes);
    const within = (days, day) => !days || (days[0] <= day.padStart(8, "0") && day.padStart(8, "0") <= days[1]);
    const last = takes.last && list.querySelector(`:scope > [id="${CSS.escape(takes.last)}"]`);
    const order = orderOf(list);
    return entries(list).filter((item) => {
      const { status, category, source, arrival, departure } = item.dataset;
      return (takes.status && !takes.status.includes(status)) || (takes.category && takes.category !== category) || (takes.source && takes.source !== source) ||
        (takes.active && status === "confirmed" && departure !== "0" && departure < list.dataset.today) ||
        !within(takes.arrival, arrival) || !within(takes.departure, departure) || item.id === takes.not ||
        (last && item !== last && order(last, item) < 0);
    });
  }

  // The headings of a list by days, as the server writes them.
  function headings(list) {
    if (list.dataset.order !== "arrival" || !list.dataset.tomorrow) return;
    let before = null;
    const wanted = new Map(); // the first entry of each day
    for (const item of entries(list)) {
      if (item.matches(".held, .gone")) continue;
      if (item.dataset.arrival !== before) wanted.set(`day-${item.dataset.arrival}`, item);
      before = item.dataset.arrival;
    }
    for (const heading of items(list, "day")) if (!wanted.has(heading.id)) heading.remove();
    const far = { [list.dataset.today]: "Today, ", [list.dataset.tomorrow]: "Tomorrow, " };
    for (const [id, first] of wanted) {
      let heading = list.querySelector(`:scope > [id="${id}"]`);
      if (!heading) {
        heading = document.createElement("li");
        heading.id = id;
        heading.className = "day";
        heading.textContent = (far[first.dataset.arrival] ?? "") + first.dataset.day;
      }
      if (first.previousElementSibling !== heading) first.before(heading);
    }
  }

  // hx-upsert replaces what changed where it stands. It goes where the server would
  // put it as soon as nobody attends to its list.
  function arrange(list, anchors) {
    const before = entries(list);
    const order = orderOf(list);
    if (before.some((item) => !item.dataset.sort)) return; // without keys it has the server's order
    if (before.every((item, i) => i === 0 || order(before[i - 1], item) <= 0)) return;
    if (anchors.some((a) => list.contains(a.element))) {
      pending = true;
      return;
    }
    // Only what is out of its place is moved: the page scrolls by what stands still.
    for (const heading of items(list, "day")) heading.remove();
    before.sort(order).forEach((item, i) => {
      if (list.children[i] !== item) list.insertBefore(item, list.children[i]);
    });
  }

  // Shows what waits, list by list, where that moves nothing attended to.
  function settle() {
    const anchors = attention.attended();
    pending = attention.relax(anchors);
    for (const list of all()) {
      arrange(list, anchors);
      const held = items(list, "held");
      const leaving = items(list, "leaving");
      for (const item of held) item.classList.remove("held");
      for (const item of leaving) item.classList.add("gone");
      const cut = surplus(list);
      if (held.length + leaving.length + cut.length === 0) {
        label(list);
        headings(list);
        continue;
      }
      for (const item of cut) item.classList.add("gone");
      if (attention.moved(anchors) === 0) {
        for (const item of [...leaving, ...cut]) item.remove();
      } else {
        for (const item of [...leaving, ...cut]) item.classList.remove("gone");
        for (const item of held) item.classList.add("held");
        for (const item of held.slice(most(list))) item.remove(); // these would not be shown any more
      }
      label(list);
      headings(list);
    }
  }

  const most = (list) => Number(list.dataset.cap || Infinity);

  // Lists of a page that stays open all day are cut at the end.
  function surplus(list) {
    const strange = foreign(list);
    return [...strange, ...entries(list).filter((item) => !item.matches(".held, .gone") && !strange.includes(item)).slice(most(list))];
  }

  // ---- One line for a booking -------------------------------------------------

  // Of the rows about the same the newest is shown, and says which steps there were
  // before it. What is held back is not there yet.
  function fold(list) {
    const newest = new Map();
    for (const item of items(list, "row")) {
      const { about } = item.dataset;
      if (!about || item.matches(".held, .leaving")) continue;
      const top = newest.get(about);
      item.classList.toggle("folded", top !== undefined);
      if (top) top.steps.unshift(`${item.querySelector(".deed").textContent},`);
      else newest.set(about, { item, steps: [] });
    }
    for (const { item, steps } of newest.values()) {
      const said = steps.join(" ");
      const before = item.querySelector(".steps");
      if ((before?.textContent ?? "") === said) continue;
      before?.remove();
      if (said === "") continue;
      const words = document.createElement("span");
      words.className = "steps";
      words.textContent = said;
      item.querySelector(".deed").before(words, " ");
    }
  }

  // ---- "3 new" --------------------------------------------------------------

  function label(list) {
    if ("folds" in list.dataset) fold(list);
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
    chip.firstElementChild.textContent = `${held}${held < most(list) ? "" : "+"} new`;
  }

  document.addEventListener("click", (event) => {
    const chip = event.target.closest?.(".waiting");
    if (!chip) return;
    const list = chip.nextElementSibling;
    const first = items(list, "held")[0];
    for (const item of items(list, "held")) item.classList.remove("held");
    for (const item of [...items(list, "leaving"), ...surplus(list)]) item.remove();
    arrange(list, []);
    headings(list);
    label(list);
    if (first && list.getBoundingClientRect().top < 0) list.scrollIntoView({ block: "start", behavior: "instant" });
    first?.querySelector("a, button")?.focus({ preventScroll: true });
  });

  // When somebody has gone elsewhere and come to rest there, what waited may be
  // shown.
  let resting = 0;
  function later() {
    if (!pending) return;
    clearTimeout(resting);
    resting = setTimeout(() => {
      if (!connection.paused) settle();
    }, 300);
  }
  for (const name of ["pointermove", "pointerup", "focusout", "scroll"]) document.addEventListener(name, later, { passive: true });
  document.documentElement.addEventListener("pointerleave", later);

  // Changes the page by itself, as a clock does, and keeps in place what is
  // attended to.
  function still(change) {
    const [first] = attention.attended();
    change();
    if (first) attention.keep(first);
  }

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

  return { still, shifted };
});
