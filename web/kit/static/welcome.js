// The link to a colleague's first day brings its code behind the #, which no server sees. It is sent from here and
// leaves the address, so that it stays in no history. Without scripts the code is typed.
"use strict";
{
  const send = () => {
    const code = location.hash.slice(1);
    if (!/^[0-9A-Za-z-]{20,80}$/.test(code)) return;
    history.replaceState(null, "", location.pathname);
    const form = document.getElementById("arrival");
    form.elements.namedItem("code").value = code;
    form.submit();
  };
  addEventListener("hashchange", send);
  send();
}
