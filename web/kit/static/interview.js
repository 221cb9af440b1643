"use strict";
/* Beside the telephone: one topic at a time, keys, and everything kept as it is typed. Without this the page is one
   long form with buttons that do the same. */
(() => {
  const form = document.getElementById("interview");
  const saved = document.querySelector(".saved");
  const topics = [...form.querySelectorAll(".topic")];
  const links = [...document.querySelectorAll(".guide a")];
  const guide = document.querySelector(".guide details");
  const narrow = matchMedia("(max-width: 59.99rem)");
  const said = form.dataset;
  const pad = (number) => String(number).padStart(2, "0");
  const clockOf = (date) => [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(":");
  const now = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const random = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

  /* ---- one topic at a time ---- */
  let came = topics[0].id;
  const current = () => topics.find((topic) => !topic.hidden);
  function show(id, focus) {
    const target = document.getElementById(id);
    if (!target) return;
    for (const topic of topics) topic.hidden = topic !== target;
    if (target.dataset.id) came = id;
    for (const link of links) {
      if (link.hash !== "#" + id) { link.removeAttribute("aria-current"); continue; }
      link.setAttribute("aria-current", "true");
      /* In a long guide the current topic stays in sight; only the list moves. */
      const list = link.closest(".guide"), at = link.getBoundingClientRect(), around = list.getBoundingClientRect();
      if (link === links[0]) list.scrollTop = 0;
      else if (at.bottom > around.bottom) list.scrollTop += at.bottom - around.bottom + at.height;
      else if (at.top < around.top) list.scrollTop -= around.top - at.top + at.height;
    }
    if (narrow.matches) guide.open = false;
    if (focus) {
      (target.querySelector("textarea.notes") || target.querySelector('[data-candidate="new"] textarea')
        || target.querySelector("input:not([type=hidden]), textarea") || target).focus({ preventScroll: true });
      if (target.getBoundingClientRect().top < 0 || narrow.matches) window.scrollTo(0, 0);
    }
  }
  function go(id) {
    history.replaceState(null, "", "#" + id);
    show(id, true);
  }
  function step(by) {
    const at = topics.indexOf(current());
    go(topics[Math.min(topics.length - 1, Math.max(0, at + by))].id);
  }
  for (const link of links) link.addEventListener("click", (event) => {
    event.preventDefault();
    go(link.hash.slice(1));
  });
  for (const link of form.querySelectorAll('.topic a[href="#nominee"]')) link.addEventListener("click", (event) => {
    event.preventDefault();
    go("nominee");
  });
  for (const link of document.querySelectorAll(".errors a")) link.addEventListener("click", (event) => {
    const field = document.getElementById(link.hash.slice(1));
    const topic = field && field.closest(".topic");
    if (!topic) return;
    event.preventDefault();
    show(topic.id, false);
    field.focus();
  });
  const wrong = document.querySelector(".errors a");
  const begin = document.getElementById((wrong || location).hash.slice(1));
  const first = begin && begin.closest(".topic");
  const errors = document.querySelector(".errors");
  const open = () => { show(first ? first.id : topics[0].id, !errors); if (errors) errors.focus(); };
  open();
  /* Where the address has a fragment the browser moves the focus there, after everything has been loaded. */
  if (location.hash) window.addEventListener("load", () => setTimeout(() => {
    if (!document.activeElement || !/^(TEXTAREA|INPUT)$/.test(document.activeElement.tagName)) open();
  }));
  document.querySelector(".jump").hidden = false;

  /* ---- what changed is sent ---- */
  const dirty = new Set();      /* typed and not yet sent */
  const refused = new Set();    /* sent and not kept: sent again together with the next change */
  let sending = false, leaving = false, timer = 0, wait = 1000;
  form.elements.tab.value = random();
  function unitOf(field) {
    const candidate = field.closest(".candidate");
    if (candidate) return candidate.dataset.candidate === "new" ? "" : "candidate:" + candidate.dataset.candidate;
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
  function tell(sentence, late) {
    saved.classList.toggle("late", late);
    saved.setAttribute("aria-live", late ? "polite" : "off");
    if (saved.textContent !== sentence) saved.textContent = sentence;
  }
  async function send() {
    clearTimeout(timer);
    if (sending || !dirty.size) return;
    sending = true;
    const units = [...dirty];
    dirty.clear();
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, tab: form.elements.tab.value });
    for (const unit of units) for (const field of fieldsOf(unit)) body.append(field.name, field.value);
    try {
      const answer = await fetch(said.note, { method: "POST", body, keepalive: body.toString().length < 60000 });
      const json = (answer.headers.get("Content-Type") || "").includes("json");
      const told = json ? await answer.json() : null;
      if (!told) throw new Error(answer.status === 403 ? said.out : said.unsaved);
      if (told.sentence) {
        for (const unit of units) refused.add(unit);
        tell(told.sentence, true);
        return;
      }
      for (const unit of told.kept) {
        const seen = form.querySelector('[data-seen="' + unit + '"]');
        if (seen && !told.overtaken.includes(unit)) seen.value = told.sequence;
      }
      for (const [unit] of told.problems) refused.add(unit);
      const moment = said.saved + " " + clockOf(new Date());
      if (told.problems.length) tell(told.problems[0][1], true);
      else tell(told.overtaken.length ? moment + ". " + said.elsewhere : moment, told.overtaken.length > 0);
      wait = 1000;
    } catch (error) {
      for (const unit of units) dirty.add(unit);
      tell(error.message === said.out ? said.out : said.unsaved, true);
      wait = Math.min(wait * 2, 15000);
    } finally {
      sending = false;
      if (dirty.size && !leaving) timer = setTimeout(send, wait);
    }
  }
  function touch(unit) {
    if (!unit) return;
    for (const one of refused) dirty.add(one);
    refused.clear();
    dirty.add(unit);
    clearTimeout(timer);
    timer = setTimeout(send, 700);
    if (!saved.classList.contains("late")) tell(said.saving, false);
  }
  function name(place, id) {
    /* A candidate question gets its name where it is typed, so that typing on does not make a second one. */
    const fresh = place.cloneNode(true);
    for (const field of fresh.querySelectorAll("textarea, input")) field.value = "";
    for (const error of fresh.querySelectorAll(".error")) error.remove();
    place.dataset.candidate = id;
    for (const field of place.querySelectorAll("[name]")) field.name = field.name.replace("candidate.new.", "candidate." + id + ".");
    for (const field of place.querySelectorAll("[id]")) field.id = field.id.replace("candidate.new.", "candidate." + id + ".");
    for (const label of place.querySelectorAll("label")) label.htmlFor = label.htmlFor.replace("candidate.new.", "candidate." + id + ".");
    place.querySelector("[name$='.after']").value = came.replace(/^t-/, "");
    for (const [field, value, seen] of [["candidate", id, ""], ["seen.candidate:" + id, "0", "candidate:" + id]]) {
      const hidden = document.createElement("input");
      hidden.type = "hidden"; hidden.name = field; hidden.value = value;
      if (seen) hidden.dataset.seen = seen;
      place.append(hidden);
    }
    place.after(fresh);
  }
  function mark(topic) {
    const label = topic.dataset.id && document.querySelector('[data-state="' + topic.dataset.id + '"]');
    const chosen = topic.querySelector("input[type=radio][name$='.state']:checked");
    if (!label || !chosen) return;
    const boxes = [...topic.querySelectorAll("input[type=checkbox][name$='.probe']")];
    const ticked = boxes.filter((box) => box.checked).length;
    const some = ticked || topic.querySelector("textarea.notes")?.value.trim();
    const state = chosen.value || (some ? "asked" : "none");
    const is = state === "asked" && ticked && ticked < boxes.length ? "partly" : state;
    label.textContent = said[is];
    label.dataset.is = is === "none" ? "" : is;
  }
  form.addEventListener("input", (event) => {
    const field = event.target;
    if (field.id === "jump") return;
    const place = field.closest(".candidate");
    if (place && place.dataset.candidate === "new") name(place, random());
    if (field.type === "checkbox" && field.name.endsWith(".probe")) {
      const row = field.closest("li");
      row.querySelector("input[type=hidden]").value = field.checked ? now() : "";
      row.querySelector(".at").textContent = field.checked ? clockOf(new Date()).slice(0, 5) : "";
    }
    const topic = field.closest(".topic");
    if (topic && topic.dataset.id) mark(topic);
    touch(unitOf(field));
  });
  for (const at of form.querySelectorAll(".probes .at")) {
    if (at.dataset.at) at.textContent = clockOf(new Date(at.dataset.at)).slice(0, 5);
  }
  for (const button of form.querySelectorAll('button[value^="topic:"]')) button.addEventListener("click", (event) => {
    event.preventDefault();
    send();
    step(1);
  });
  /* Enter in a line of text would press the first button of the form; here it only saves. */
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT" || /^(radio|checkbox)$/.test(event.target.type)) return;
    event.preventDefault();
    if (event.target.id === "jump") {
      const topic = topics[Number(event.target.value) - 1];
      event.target.value = "";
      if (topic) go(topic.id);
    } else send();
  });
  const named = () => [...form.querySelectorAll("#nominee [name^='nominee-']")].some((field) => field.value.trim());
  window.addEventListener("beforeunload", (event) => {
    send();
    if (!leaving && (dirty.size || refused.size || sending || named())) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) send(); });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
    /* Where the answer leads back to this page, one is at the same topic again. */
    form.action = form.action.split("#")[0] + "#" + (current().id === "nominee" ? came : current().id);
  });

  /* ---- the clock ---- */
  const clock = document.querySelector(".clock");
  const started = Date.parse(clock.dataset.started);
  const pauses = JSON.parse(clock.dataset.pauses).map((pair) => pair.map((moment) => Date.parse(moment)));
  const still = pauses.length > 0 && pauses.at(-1).length === 1;
  function tick() {
    const end = still ? pauses.at(-1)[0] : Date.now();
    const lost = pauses.filter((pair) => pair.length === 2).reduce((sum, [from, to]) => sum + to - from, 0);
    const seconds = Math.max(0, Math.floor((end - started - lost) / 1000));
    const time = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(pad).join(":");
    clock.textContent = still ? time + " " + said.paused : time;
  }
  if (started) { tick(); setInterval(tick, 1000); }

  /* ---- keys ---- */
  const keys = document.getElementById("keys");
  function state(value) {
    const radio = current().querySelector("input[type=radio][name$='.state'][value='" + value + "']");
    if (radio) { radio.checked = true; radio.dispatchEvent(new Event("input", { bubbles: true })); }
  }
  const deeds = {
    ArrowDown: () => step(1), ArrowUp: () => step(-1),
    KeyG: () => { guide.open = true; document.getElementById("jump").focus(); },
    KeyA: () => state("asked"), KeyS: () => state("skipped"), KeyD: () => state("declined"),
    KeyQ: () => go("candidates"), KeyN: () => go("nominee"), KeyB: () => go(came),
    KeyP: () => form.querySelector('[data-press="pause"]').click(), KeyK: () => keys.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (keys.open) return;
    const typing = /^(TEXTAREA|INPUT|SELECT)$/.test(event.target.tagName) && !/^(radio|checkbox)$/.test(event.target.type);
    if (event.key === "?" && !typing) { event.preventDefault(); keys.showModal(); return; }
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const digit = /^Digit([1-9])$/.exec(event.code);
    const box = digit && current().querySelector('[data-key="' + digit[1] + '"]');
    const deed = box ? () => box.click() : deeds[event.code];
    if (deed) { event.preventDefault(); deed(); }
  });
})();
