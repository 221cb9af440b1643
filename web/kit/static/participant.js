// Only improves: every page works without it.
(() => {
  "use strict";
  const one = (what, where = document) => where.querySelector(what);
  const all = (what, where = document) => [...where.querySelectorAll(what)];

  // The code of a link stands behind the #, so it was never sent; it goes into the form and out of the history.
  const arrive = one("#arrive");
  const take = () => {
    if (!arrive || location.hash.length < 9) return;
    arrive.elements.code.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
    arrive.requestSubmit();
  };
  addEventListener("hashchange", take);
  take();

  for (const button of all("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  const page = one("form#page, form#consent");
  if (page) {
    // A second press of the same button is the same deed.
    let sent = 0;
    page.addEventListener("submit", (event) => {
      if (Date.now() - sent < 3000) event.preventDefault();
      sent = Date.now();
    });
    addEventListener("pageshow", () => { sent = 0; });
  }

  // What is left to write is said when there is little of it.
  for (const field of all("[data-longest]")) {
    const longest = Number(field.dataset.longest);
    const left = document.createElement("p");
    left.className = "left";
    left.setAttribute("aria-live", "polite");
    field.after(left);
    const say = () => {
      const room = longest - [...field.value.trim()].length;
      const words = page.dataset;
      left.textContent = room > Math.max(20, longest / 10) ? "" : (room < 0 ? words.over : words.left).replace("#", Math.abs(room));
    };
    field.addEventListener("input", say);
    say();
  }

  // "None of these" goes with no other answer.
  for (const group of all("[data-exclusive]")) {
    group.addEventListener("change", ({ target }) => {
      if (!target.checked) return;
      for (const box of all("input[type=checkbox]", group)) {
        if (box !== target && ("alone" in target.dataset || "alone" in box.dataset)) box.checked = false;
      }
    });
  }

  // Words of one's own choose the option that they stand beside.
  for (const words of all(".words input")) {
    words.addEventListener("input", () => {
      const box = one("input", words.closest(".words").previousElementSibling);
      if (words.value && box && !box.checked) box.click();
      words.focus();
    });
  }

  // The page is kept as a sealed draft while it is written.
  const draft = page && page.dataset.draft;
  const saved = one("p[data-saved]");
  let waiting = 0;
  let kept = page ? new URLSearchParams(new FormData(page)).toString() : "";
  const keep = async (last) => {
    const body = new URLSearchParams(new FormData(page)).toString();
    if (body === kept) return;
    try {
      const answer = await fetch(draft, { method: "POST", body: new URLSearchParams(body), keepalive: last, redirect: "manual" });
      if (!answer.ok) throw new Error(answer.status);
      kept = body;
      saved.textContent = `${saved.dataset.saved} ${new Date().toTimeString().slice(0, 5)}`;
    } catch {
      saved.textContent = saved.dataset.unsaved;
    }
    saved.hidden = false;
  };
  if (draft) {
    page.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(keep, 4000, false);
      begin();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") { clearTimeout(waiting); keep(true); }
    });
    page.addEventListener("submit", () => clearTimeout(waiting));
  }

  // Five minutes before a visit ends it says so and offers to stay.
  const ending = one("#ending");
  let ends = 0;
  function begin() {
    if (!ending) return;
    clearTimeout(ends);
    ending.hidden = true;
    ends = setTimeout(() => { ending.hidden = false; }, Number(ending.dataset.after) * 1000);
  }
  if (ending) {
    begin();
    one("button", ending).addEventListener("click", async () => {
      const token = one("[name=csrf_token]").value;
      const answer = await fetch(ending.dataset.stay, { method: "POST", body: new URLSearchParams({ csrf_token: token }), redirect: "manual" });
      if (answer.ok) begin();
    });
  }

  // Ranks may be dragged; the buttons stay.
  for (const list of all("ol[data-order]")) {
    let dragged = null;
    for (const row of list.children) row.draggable = true;
    list.addEventListener("dragstart", (event) => { dragged = event.target.closest("li"); });
    list.addEventListener("dragover", (event) => {
      const over = event.target.closest("li");
      if (!dragged || !over || over === dragged) return;
      event.preventDefault();
      const { top, height } = over.getBoundingClientRect();
      over[event.clientY < top + height / 2 ? "before" : "after"](dragged);
    });
    list.addEventListener("dragend", () => {
      dragged = null;
      page.dispatchEvent(new Event("input"));
    });
  }
})();
