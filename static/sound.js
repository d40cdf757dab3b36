// Sounds, made by WebAudio: two notes each, seed B's for bookings. Whether a
// device sounds at all is remembered by the device; how loud, and for what, is
// the person's.
"use strict";

const sound = part("sounds", () => {
  // Frequencies in Hz; loud is relative to the volume that was chosen.
  const tones = {
    new: { notes: [440, 554.37], loud: 1 }, // A4 → C♯5
    confirmed: { notes: [523.25, 659.25], loud: 1 }, // C5 → E5
    cancelled: { notes: [329.63, 293.66], loud: 1 }, // E4 → D4
    critical: { notes: [880, 880], loud: 1 }, // A5, twice
    other: { notes: [440], loud: 0.4 },
  };
  const LENGTH = 0.28; // of a note, in seconds
  const STEP = 0.16; // from one note to the next

  const control = document.getElementById("sound");
  const touch = matchMedia("(pointer: coarse)").matches;
  const asks = !device.get("sound") && !device.get("sound-asked"); // on this page, and on no later one
  let context = null;

  const possible = "AudioContext" in window;
  const wanted = () => possible && device.get("sound") !== "off";
  const running = () => context?.state === "running";

  function toneOf({ type, priority }) {
    const named = { "booking:new": "new", "booking:confirmed": "confirmed", "booking:cancelled": "cancelled" }[type];
    return named ?? (priority === "critical" ? "critical" : "other");
  }

  // One note that begins and ends softly: a hard edge would click.
  function note(frequency, at, loud) {
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(loud, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + LENGTH);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + LENGTH);
  }

  function play(name) {
    const { notes, loud } = tones[name];
    const volume = (preferences.current.volume / 100) * 0.5 * loud;
    if (!running() || volume === 0) return false;
    notes.forEach((frequency, i) => note(frequency, context.currentTime + i * STEP, volume));
    document.dispatchEvent(new CustomEvent("baithaka:sound", { detail: { name, notes } }));
    return true;
  }

  // Rings for an event, if this is the tab to do so.
  function ring(event) {
    const name = toneOf(event);
    if (wanted() && !preferences.current.silent.includes(name) && tabs?.rings(event.event)) play(name);
  }

  // A machine without any sound may refuse to open it.
  function opened() {
    try {
      context ??= new AudioContext();
    } catch {
      return false;
    }
    return true;
  }

  // Browsers allow sound only after somebody has touched the page; some remember
  // that from the page before.
  async function unblock() {
    if (!wanted()) return;
    if (!opened()) return;
    context.onstatechange = draw;
    // A refusal does not fail, it waits for a touch: so must nothing here.
    context.resume().catch(() => {});
    draw();
  }

  async function draw() {
    tabs?.want(!connection.paused && ((wanted() && running()) || Boolean(desktop?.on()))); // a paused tab leaves it to another
    const elsewhere = !running() && Boolean(await tabs?.led());
    const quiet = preferences.until();
    const state = !wanted() ? "off" : quiet ? "quiet" : running() || elsewhere ? "on" : "waits";
    const until = quiet ? `to ${connection.clock(new Date(quiet))}` : "";
    const said = !possible ? "Not possible in this browser." : !wanted() ? "Off on this device." : running() ? "On." :
      elsewhere ? "On: another window rings." : `The browser waits for a ${touch ? "tap" : "click"}.`;
    control.dataset.state = state;
    control.toggleAttribute("data-asks", state === "waits" && asks);
    if (control.hasAttribute("data-asks")) device.set("sound-asked", "yes");
    control.querySelector(".until").textContent = until;
    control.title = quiet && wanted() ? `Quiet ${until}: news comes without a sound` : `Sound: ${said}`;
    for (const line of document.querySelectorAll("[data-sound-state]")) line.textContent = said;
    for (const button of document.querySelectorAll('[data-sound="on"]')) button.hidden = !possible || (wanted() && (running() || elsewhere));
    for (const button of document.querySelectorAll('[data-sound="off"]')) button.hidden = !wanted();
  }

  const acts = {
    on: () => { device.set("sound", "on"); unblock(); },
    off: () => { device.set("sound", "off"); context?.suspend().catch(() => {}); draw(); },
  };

  // The first answer is the click itself.
  control.addEventListener("click", (event) => {
    if (!control.hasAttribute("data-asks")) return;
    event.preventDefault();
    acts.on();
  });
  document.addEventListener("click", (event) => {
    acts[event.target.closest?.("[data-sound]")?.dataset.sound]?.();
    const tested = event.target.closest?.("[data-test]")?.dataset.test;
    if (tested) test(tested);
  });
  for (const name of ["pointerup", "keydown"]) document.addEventListener(name, () => { if (!running()) unblock(); }, { passive: true });
  window.addEventListener("storage", (event) => { if (event.key === "sound") draw(); });
  for (const name of ["baithaka:leading", "baithaka:paused", "baithaka:quiet"]) document.addEventListener(name, draw);
  document.addEventListener("htmx:after:swap", (event) => { if (event.detail.ctx.sourceElement?.id === "main") draw(); });

  // A test is asked for: it sounds whatever the preferences say, at their volume.
  async function test(name) {
    if (!opened()) return;
    await context.resume();
    play(name);
  }

  return { ring, play, unblock, draw };
});
