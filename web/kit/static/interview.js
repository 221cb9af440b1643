"use strict";
/* Beside the telephone: one topic at a time, keys, and everything kept as it is typed. Without this the page is one
   long form with buttons that do the same. */
(() => {
  const form = document.getElementById("interview");
  const saved = document.querySelector(".saved");
  const topics = [...form.querySelectorAll(".topic")];
  const links = [...document.querySelectorAll(".guide a")];
  const said = form.dataset;
  const dirty = new Set();
  let sending = false, timer = 0, wait = 1000;

  const pad = (number) => String(number).padStart(2, "0");
  const clockOf = (date) => [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(":");
  const now = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");

  /* ---- one topic at a time ---- */
  const nominee = document.getElementById("nominee");
  function show(id, focus) {
    const target = document.getElementById(id);
    if (!target) return;
    for (const topic of topics) topic.hidden = topic !== target;
    nominee.hidden = target !== nominee;
    for (const heading of form.querySelectorAll(".section")) heading.hidden = true;
    for (const link of links) {
      if (link.hash === "#" + id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (focus) (target.querySelector("textarea") || target.querySelector("input:not([type=hidden])") || target).focus();
  }
  const current = () => topics.find((topic) => !topic.hidden);
  function step(by) {
    const at = topics.indexOf(current());
    const next = topics[Math.min(topics.length - 1, Math.max(0, at + by))];
    history.replaceState(null, "", "#" + next.id);
    show(next.id, true);
  }
  for (const link of links) link.addEventListener("click", (event) => {
    event.preventDefault();
    history.replaceState(null, "", link.hash);
    show(link.hash.slice(1), true);
  });
  window.addEventListener("hashchange", () => show(location.hash.slice(1), true));
  const wrong = document.querySelector(".errors a");
  const begin = wrong ? wrong.hash.slice(1) : location.hash.slice(1);
  const holder = begin && document.getElementById(begin);
  const first = holder && holder.closest(".topic") ? holder.closest(".topic").id : topics[0].id;
  show(first, !wrong);
  document.querySelector(".jump").hidden = false;
  document.querySelector(".keys-hint").hidden = false;

  /* ---- what changed is sent ---- */
  function unitOf(field) {
    const candidate = field.closest(".candidate");
    if (candidate) return "candidate:" + candidate.dataset.candidate;
    const topic = field.closest(".topic");
    if (!topic) return "";
    return topic.dataset.id ? "topic:" + topic.dataset.id : topic.id === "about" ? "meta" : "";
  }
  function fieldsOf(unit) {
    const [kind, id] = unit.split(/:(.*)/s);
    const place = kind === "topic" ? document.getElementById("t-" + id)
      : kind === "meta" ? document.getElementById("about")
      : form.querySelector('.candidate[data-candidate="' + id + '"]');
    return [...place.querySelectorAll("input, textarea, select")].filter((field) =>
      field.name && !(/^(checkbox|radio)$/.test(field.type) && !field.checked));
  }
  function seenOf(unit) { return form.querySelector('[data-seen="' + unit + '"]'); }
  async function send() {
    if (sending || !dirty.size) return;
    sending = true;
    const units = [...dirty];
    dirty.clear();
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
    for (const unit of units) for (const field of fieldsOf(unit)) body.append(field.name, field.value);
    saved.textContent = said.saving;
    try {
      const answer = await fetch(said.note, { method: "POST", body, headers: { Accept: "application/json" } });
      const told = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : null;
      if (!told || (!answer.ok && !told.sentence)) throw new Error();
      if (!answer.ok) { saved.textContent = told.sentence; saved.classList.add("late"); return; }
      if (told.sequence) for (const unit of units) { const seen = seenOf(unit); if (seen) seen.value = told.sequence; }
      saved.classList.toggle("late", told.overtaken.length + told.problems.length > 0);
      saved.textContent = told.problems.length ? told.problems[0][1]
        : (told.overtaken.length ? said.elsewhere + " " : "") + said.saved + " " + clockOf(new Date());
      wait = 1000;
    } catch {
      for (const unit of units) dirty.add(unit);
      saved.textContent = said.unsaved;
      saved.classList.add("late");
      wait = Math.min(wait * 2, 15000);
    } finally {
      sending = false;
      if (dirty.size) { clearTimeout(timer); timer = setTimeout(send, wait); }
    }
  }
  function touch(unit) {
    if (!unit) return;
    dirty.add(unit);
    clearTimeout(timer);
    timer = setTimeout(send, 700);
  }
  function name(place, id) {
    /* A candidate question gets its name where it is typed, so that typing on does not make a second one. */
    const seen = document.createElement("input");
    seen.type = "hidden"; seen.value = "0"; seen.name = "seen.candidate:" + id; seen.dataset.seen = "candidate:" + id;
    const held = document.createElement("input");
    held.type = "hidden"; held.name = "candidate"; held.value = id;
    const fresh = place.cloneNode(true);
    for (const field of fresh.querySelectorAll("textarea, input")) field.value = "";
    place.dataset.candidate = id;
    for (const field of place.querySelectorAll("[name]")) field.name = field.name.replace("candidate.new.", "candidate." + id + ".");
    for (const field of place.querySelectorAll("[id]")) field.id = field.id.replace("new", id);
    for (const label of place.querySelectorAll("label")) label.htmlFor = label.htmlFor.replace("new", id);
    place.querySelector("[name$='.after']").value = came || "";
    place.append(held, seen);
    place.after(fresh);
  }
  let came = topics[0].dataset.id;
  function mark(topic) {
    const id = topic.dataset.id;
    const label = id && document.querySelector('[data-state="' + id + '"]');
    if (!label) return;
    const chosen = topic.querySelector("input[type=radio][name$='.state']:checked");
    const some = [...topic.querySelectorAll("textarea")].some((field) => field.value.trim())
      || topic.querySelector("input[type=checkbox]:checked");
    label.textContent = chosen && chosen.value ? said[chosen.value] : some ? said.partly : said.none;
  }
  form.addEventListener("input", (event) => {
    const field = event.target;
    const place = field.closest(".candidate");
    if (place && place.dataset.candidate === "new") {
      name(place, [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join(""));
    }
    if (field.type === "checkbox" && field.name.endsWith(".probe")) {
      const at = field.closest("li").querySelector("input[type=hidden]");
      at.value = field.checked ? now() : "";
      field.closest("li").querySelector(".at").textContent = field.checked ? clockOf(new Date()).slice(0, 5) : "";
    }
    const topic = field.closest(".topic");
    if (topic && topic.dataset.id) { came = topic.dataset.id; mark(topic); }
    touch(unitOf(field));
  });
  for (const topic of topics) mark(topic);
  for (const button of form.querySelectorAll('button[value^="topic:"]')) button.addEventListener("click", (event) => {
    event.preventDefault();
    send();
    step(1);
  });
  window.addEventListener("beforeunload", (event) => { if (dirty.size || sending) event.preventDefault(); });
  form.addEventListener("submit", () => { dirty.clear(); clearTimeout(timer); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) send(); });

  /* ---- the clock ---- */
  const clock = document.querySelector(".clock");
  const started = Date.parse(clock.dataset.started);
  const pauses = JSON.parse(clock.dataset.pauses).map((pair) => pair.map((moment) => Date.parse(moment)));
  if (started) setInterval(() => {
    const end = pauses.length && pauses.at(-1).length === 1 ? pauses.at(-1)[0] : Date.now();
    const lost = pauses.filter((pair) => pair.length === 2).reduce((sum, [from, to]) => sum + to - from, 0);
    const seconds = Math.max(0, Math.floor((end - started - lost) / 1000));
    const time = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(pad).join(":");
    clock.textContent = end === Date.now() || !(pauses.length && pauses.at(-1).length === 1) ? time : time + " " + said.paused;
  }, 1000);

  /* ---- keys ---- */
  const keys = document.getElementById("keys");
  const press = (value) => form.querySelector('button[name=then][value="' + value + '"]').click();
  function state(value) {
    const radio = current().querySelector("input[type=radio][name$='.state'][value='" + value + "']");
    if (radio) { radio.checked = true; radio.dispatchEvent(new Event("input", { bubbles: true })); }
  }
  const deeds = {
    ArrowDown: () => step(1), ArrowUp: () => step(-1), KeyG: () => document.getElementById("jump").focus(),
    KeyA: () => state("asked"), KeyS: () => state("skipped"), KeyD: () => state("declined"),
    KeyQ: () => { show("candidates"); document.querySelector('[data-candidate="new"] textarea').focus(); },
    KeyP: () => press("pause"), KeyK: () => keys.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    const typing = /^(TEXTAREA|INPUT|SELECT)$/.test(event.target.tagName) && !/^(radio|checkbox)$/.test(event.target.type);
    if (event.key === "?" && !typing && !keys.open) { event.preventDefault(); keys.showModal(); return; }
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const digit = /^Digit([1-9])$/.exec(event.code);
    if (digit) {
      const box = current().querySelector('[data-key="' + digit[1] + '"]');
      if (box) { event.preventDefault(); box.click(); }
      return;
    }
    const deed = deeds[event.code];
    if (deed) { event.preventDefault(); deed(); }
  });
  document.getElementById("jump").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const topic = topics[Number(event.target.value) - 1];
    event.target.value = "";
    if (topic) { history.replaceState(null, "", "#" + topic.id); show(topic.id, true); }
  });
})();
