/* "Line 14" takes the reader to that line of the text. Without this the link leads to the text as a whole. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  const text = link && document.getElementById(link.hash.slice(1));
  if (!text || text.tagName !== "TEXTAREA") return;
  event.preventDefault();
  const lines = text.value.split("\n");
  const at = Math.min(Number(link.dataset.line), lines.length);
  const start = lines.slice(0, at - 1).reduce((sum, line) => sum + line.length + 1, 0);
  text.focus();
  text.setSelectionRange(start, start + lines[at - 1].length);
  const height = parseFloat(getComputedStyle(text).lineHeight) || 24;
  text.scrollTop = Math.max(0, (at - 4) * height);
});

/* What is typed into a form of a draft is kept in this browser until it is saved: a browser that dies, a session that
   ended or a page left by mistake loses nothing. Questions are no secret, so it is kept as it is. */
(() => {
  const form = document.querySelector("form[data-keep]");
  const ours = new Set(["csrf_token", "do", "then"]);
  const name = (address) => `verbatim-draft ${address}`;
  const sent = "verbatim-draft sent";
  const store = (deed) => { try { return deed(); } catch { return null; } };

  // Whoever arrives at another page than the form has saved it: the copy has done its duty.
  const last = store(() => sessionStorage.getItem(sent));
  if (last && !(form && form.dataset.keep === last)) store(() => localStorage.removeItem(name(last)));
  store(() => sessionStorage.removeItem(sent));
  if (!form) return;

  const key = name(form.dataset.keep);
  const mark = form.querySelector("[data-kept]");
  const notice = form.querySelector(".kept");
  const typed = () => JSON.stringify([...new FormData(form)].filter(([field]) => !ours.has(field)));
  const said = (text) => JSON.stringify(JSON.parse(text).filter(([field]) => field !== "seen"));
  const stands = typed();
  const before = store(() => localStorage.getItem(key));
  const shownAgain = "unsaved" in form.dataset;
  let leaving = false;
  let waiting = 0;

  const keep = () => {
    if (notice && !notice.hidden) return; // what was kept before is not overwritten unseen
    if (store(() => { localStorage.setItem(key, typed()); return true; }) && mark) {
      mark.textContent = `${mark.dataset.kept} ${new Date().toTimeString().slice(0, 8)}`;
    }
  };
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(keep, 800); });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(waiting);
    keep();
    store(() => sessionStorage.setItem(sent, form.dataset.keep));
  });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("beforeunload", (event) => {
    if (leaving || (typed() === stands && !shownAgain)) return;
    clearTimeout(waiting);
    keep();
    event.preventDefault();
  });

  if (!before || shownAgain || said(before) === said(stands)) {
    if (!shownAgain) store(() => localStorage.removeItem(key));
    return;
  }
  if (!notice) return;
  notice.hidden = false;
  notice.querySelector("[data-throw-away]").addEventListener("click", () => {
    store(() => localStorage.removeItem(key));
    notice.hidden = true;
  });
  notice.querySelector("[data-put-back]").addEventListener("click", () => {
    // The server makes the page of it, with as many options as there were, as if a button of the form had been pressed.
    const again = document.createElement("form");
    again.method = "post";
    again.action = form.action;
    const fields = [...JSON.parse(before), ["csrf_token", form.elements.csrf_token.value], ["do", "again"]];
    for (const [field, value] of fields) {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = field;
      input.value = value;
      again.append(input);
    }
    document.body.append(again);
    leaving = true;
    again.submit();
  });
})();
