// What reaches the desktop from a window nobody looks at: alerts of the browser,
// the number in the title, and the number on the icon.
"use strict";

const desktop = part("desktop alerts", () => {
  const possible = window.isSecureContext && "Notification" in window;
  const on = () => possible && Notification.permission === "granted" && device.get("desktop") === "on";
  const looking = () => !document.hidden && document.hasFocus();

  // One per subject: what changes replaces what was said before.
  function show({ subject, position, title, body, link }) {
    if (!on() || looking() || !tabs?.rings(position)) return;
    let alert;
    try {
      alert = new Notification(title, { body, tag: subject, renotify: true, icon: icon.href });
    } catch {
      return; // phones have the name and refuse to make one
    }
    alert.onclick = () => {
      window.focus();
      if (link) location.assign(link);
      alert.close();
    };
  }

  // Alerts what a toast says.
  function announce(toast) {
    const text = (selector) => [...toast.querySelectorAll(selector)].map((part) => part.textContent.trim()).filter(Boolean);
    show({
      subject: toast.id, position: toast.dataset.event, title: text(".first > *").join(" · "),
      body: text(".second > :not(:has(time))").join(" · "), link: toast.querySelector("a")?.href,
    });
  }

  function draw() {
    const said = document.querySelector("[data-desktop-state]");
    if (said) {
      const denied = possible && Notification.permission === "denied";
      said.textContent = !possible ? "Not possible over plain HTTP, or in this browser." :
        denied ? "The browser was told to refuse them; its site settings can change that." : on() ? "On." : "Off.";
      document.querySelector('[data-desktop="on"]').hidden = !possible || denied || on();
      document.querySelector('[data-desktop="off"]').hidden = !on();
    }
    sound?.draw(); // which tab keeps its stream depends on both
  }

  // The browser may be asked on a click only.
  async function turnOn() {
    if (!possible) return;
    const answer = await Promise.resolve(Notification.requestPermission()).catch(() => "denied");
    if (answer === "granted") device.set("desktop", "on");
    draw();
  }

  document.addEventListener("click", (event) => {
    const asked = event.target.closest?.("[data-desktop]")?.dataset.desktop;
    if (asked === "on") turnOn();
    if (asked === "off") {
      device.remove("desktop");
      draw();
    }
  });
  document.addEventListener("htmx:after:swap", (event) => { if (event.detail.ctx.sourceElement?.id === "main") draw(); });

  // ---- The number in the title and on the icon ------------------------------

  const icon = document.querySelector('link[rel="icon"]');
  const plain = icon.href;
  let drawing = null; // the icon's own text, fetched once
  let numbered = "";

  const count = () => {
    const bell = document.getElementById("unread");
    return bell.hidden ? "" : bell.textContent.trim();
  };

  async function number() {
    const n = count();
    const title = (n && `(${n}) `) + document.body.dataset.title;
    if (document.title !== title) document.title = title;
    if (n === numbered) return;
    numbered = n;
    if (n) navigator.setAppBadge?.(parseInt(n, 10)).catch(() => {});
    else navigator.clearAppBadge?.().catch(() => {});
    if (!n) {
      icon.href = plain;
      return;
    }
    const text = await drawn();
    if (n !== numbered) return; // it changed meanwhile, and is drawn by who saw that
    const badge = `<circle cx="21" cy="11" r="11" fill="#a4241b"/><text x="21" y="16" fill="#fff" font-family="sans-serif" ` +
      `font-size="${n.length > 2 ? 11 : 15}" font-weight="bold" text-anchor="middle">${n}</text>`;
    icon.href = "data:image/svg+xml," + encodeURIComponent(text.replace("</svg>", `${badge}</svg>`));
  }

  function drawn() {
    drawing ??= fetch(plain).then((answer) => answer.text()).catch((error) => {
      drawing = null; // the next number tries again
      throw error;
    });
    return drawing;
  }

  document.addEventListener("htmx:after:swap", () => number().catch(() => {}));
  number().catch(() => {});

  return { on, announce, show, draw };
});
part("sounds", () => {
  desktop?.draw();
  sound?.unblock();
});
