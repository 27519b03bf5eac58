// What every page does with JavaScript: tell the server the reader's zone, send the form's proof with htmx, copy a text,
// and lead the eye to what was refused. Nothing here is needed to read or to write.
(() => {
  "use strict";
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    const text = source.value ?? source.textContent;
    const done = document.getElementById(button.dataset.copied);
    try {
      await navigator.clipboard.writeText(text);
      if (done) done.hidden = false;
    } catch {
      (source.select ? source : button).focus();
      source.select?.();
    }
  });

  const sent = new WeakSet(); // forms on their way: a second press does not send them twice
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (sent.has(form) || (form.dataset.ask && !window.confirm(form.dataset.ask))) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    window.setTimeout(() => sent.delete(form), 3000); // the page stays where a file is downloaded
  });

  const refused = () => document.querySelector(".refused[tabindex]")?.focus();
  document.addEventListener("DOMContentLoaded", refused);
  document.addEventListener("htmx:afterSwap", refused);
})();
