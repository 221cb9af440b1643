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
