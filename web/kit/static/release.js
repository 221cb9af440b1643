/* While a release is at work, its page looks again every two seconds. Without this, "Look again" does. */
const look = async () => {
  const here = document.getElementById("at-work");
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const there = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("at-work");
    if (!answer.ok || !there || there.dataset.doing !== here.dataset.doing) return location.reload();
    const [before, now] = [here, there].map((part) => part.querySelector("[role=status]"));
    if (before.textContent !== now.textContent) before.textContent = now.textContent;
  } catch {
    /* The server is away for a moment. */
  }
  setTimeout(look, 2000);
};
setTimeout(look, 2000);
