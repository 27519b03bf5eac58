// The rep's desk by keyboard: keys for the answer, Enter on to what is missing, codes offered while they are typed, and
// the words for the customer as they follow from the rest. Without it the same form works by Tab and button.
(() => {
  "use strict";
  document.documentElement.classList.add("scripted");
  const form = document.getElementById("call");
  if (!form) return;
  const cite = document.getElementById("field-cite");
  const told = document.getElementById("field-told");
  const worded = document.getElementById("worded");
  const save = document.getElementById("save");
  const letters = document.getElementById("letters");
  const needed = JSON.parse(form.dataset.needed);
  const unsaid = save.textContent;

  // ---- The answer, and what belongs to it ----
  const answer = () => form.querySelector("[name=answer]:checked")?.value ?? "";
  const radios = (name) => [...form.querySelectorAll(`[type=radio][name=${name}]`)];
  const show = () => {
    const chosen = answer();
    for (const part of form.querySelectorAll("[data-for]")) {
      const asked = part.dataset.for.split(" ");
      const on = chosen ? asked.includes(chosen) : asked.includes("no") && part.tagName !== "FIELDSET";
      if (part.tagName === "FIELDSET") part.disabled = !on;
      part.classList.toggle("off", !on);
      for (const input of part.querySelectorAll("input:not([type=radio]), textarea")) input.disabled = !on;
    }
    save.textContent = save.dataset[chosen] ?? unsaid;
  };
  const choose = (radio) => {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    onward();
  };

  // ---- Enter: on to what is missing, and when nothing is, save ----
  const value = (name) => radios(name).find((radio) => radio.checked)?.value ?? form.elements[name]?.value?.trim() ?? "";
  const missing = () => {
    const names = answer() ? needed.filter(([, answers]) => answers.split(" ").includes(answer())).map(([name]) => name) : ["request", "answer"];
    return names.find((name) => !value(name));
  };
  const go = (name) => {
    const field = radios(name)[0] ?? form.elements[name];
    field.focus();
  };
  function onward() {
    const name = missing();
    if (name) go(name);
    else if (answer() === "escalate") form.elements.reason.focus();
    else go("reason");
  }
  const finish = () => {
    const name = missing();
    if (name) go(name);
    else form.requestSubmit(save);
  };

  // ---- The words for the customer, until somebody words them ----
  let asked = 0;
  let waiting = 0;
  const byHand = () => told.value.trim() !== worded.value.trim();
  const word = () => {
    window.clearTimeout(waiting);
    if (byHand() || !answer() || answer() === "escalate") return;
    waiting = window.setTimeout(async () => {
      const mine = ++asked;
      const response = await fetch(told.dataset.words, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
      if (!response?.ok || mine !== asked || byHand()) return;
      const text = await response.text();
      if (byHand()) return;
      told.value = worded.value = text;
    }, 200);
  };

  // ---- Codes, offered while they are typed; those that apply to the request first ----
  const offered = document.getElementById("offered");
  const known = [...document.querySelectorAll("#codes option")].map((option) => ({ code: option.value, text: option.label }));
  let active = -1;
  cite.removeAttribute("list");
  for (const [name, said] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": "offered", "aria-autocomplete": "list" })) cite.setAttribute(name, said);
  const options = () => [...offered.children];
  const mark = (index) => {
    active = index;
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (index < 0) cite.removeAttribute("aria-activedescendant");
    else {
      cite.setAttribute("aria-activedescendant", options()[index].id);
      options()[index].scrollIntoView({ block: "nearest" });
    }
  };
  const close = () => {
    offered.hidden = true;
    cite.setAttribute("aria-expanded", "false");
    mark(-1);
  };
  const parts = () => {
    const begin = cite.value.search(/[^\s,;]*$/);
    return [cite.value.slice(0, begin), cite.value.slice(begin)];
  };
  const offer = () => {
    const [before, last] = parts();
    const taken = before.toUpperCase().split(/[\s,;]+/);
    const near = [...document.querySelectorAll("#applies [data-code]")].map((line) => line.dataset.code);
    const wanted = last.toLowerCase();
    const rank = ({ code }) => (near.includes(code) ? near.indexOf(code) : near.length);
    const fit = known
      .filter(({ code, text }) => !taken.includes(code) && (code.toLowerCase().includes(wanted) || (wanted.length > 2 && text.toLowerCase().includes(wanted))))
      .sort((one, other) => rank(one) - rank(other));
    const shown = wanted || !near.length ? fit : fit.filter(({ code }) => near.includes(code));
    offered.replaceChildren(
      ...shown.slice(0, 8).map(({ code, text }, at) => {
        const option = document.createElement("li");
        Object.assign(option, { id: `offered-${at}`, role: "option" });
        option.dataset.take = code;
        const named = document.createElement("span");
        named.className = "code";
        named.textContent = code;
        const said = document.createElement("span");
        said.textContent = text;
        option.append(named, said);
        return option;
      }),
    );
    offered.hidden = !offered.children.length;
    cite.setAttribute("aria-expanded", String(!offered.hidden));
    mark(-1);
  };
  const isNoCode = () => {
    const [, last] = parts();
    return last && !known.some(({ code }) => code === last.toUpperCase());
  };
  const take = (code) => {
    const [before] = parts();
    cite.value = `${before}${code} `;
    close();
    word();
  };
  cite.addEventListener("focus", offer);
  document.addEventListener("htmx:afterSwap", () => document.activeElement === cite && active < 0 && offer());
  cite.addEventListener("blur", close);
  cite.addEventListener("input", offer);
  offered.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[data-take]");
    if (option) take(option.dataset.take);
  });
  const inOffered = (event) => {
    const count = offered.hidden ? 0 : offered.children.length;
    if (event.key === "Escape" && count) close();
    else if (event.key === "ArrowDown" && count) mark((active + 1) % count);
    else if (event.key === "ArrowUp" && count) mark((active - 1 + count) % count);
    else if (event.key === "ArrowDown") offer();
    else if (event.key === "Enter" && active >= 0) take(options()[active].dataset.take);
    else if (event.key === "Enter" && count && isNoCode()) take(options()[0].dataset.take);
    else return false;
    event.preventDefault();
    return true;
  };
  document.getElementById("applies").addEventListener("click", (event) => {
    const line = event.target.closest("[data-code]");
    if (!line || window.getSelection().toString() || cite.disabled || cite.value.toUpperCase().split(/[\s,;]+/).includes(line.dataset.code)) return;
    cite.value = `${cite.value.trim()} ${line.dataset.code} `.trimStart();
    word();
  });

  // ---- Keys ----
  const isText = (element) => element.matches("textarea, input:not([type=radio], [type=checkbox])");
  for (const part of document.querySelectorAll("[accesskey]")) part.removeAttribute("accesskey"); // said below, alike in every browser
  const byAlt = { KeyY: "yes", KeyN: "no", KeyP: "partly", KeyE: "escalate" };
  const byLetter = { y: "yes", n: "no", p: "partly", e: "escalate" };
  const pick = (chosen) => choose(radios("answer").find((radio) => radio.value === chosen));

  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.isComposing) return;
    if (event.altKey && !event.ctrlKey && !event.metaKey) {
      if (byAlt[event.code]) pick(byAlt[event.code]);
      else if (event.code === "KeyC") document.querySelector("[data-copy]")?.click();
      else return;
      event.preventDefault();
      return;
    }
    if (at === cite && inOffered(event)) return;
    if (event.key === "Enter" && form.contains(at)) {
      if (at.matches("button, a, summary")) return;
      if (event.ctrlKey || event.metaKey) form.requestSubmit(save);
      else if (event.shiftKey || (at.matches("textarea") && !at.matches("[data-enter]"))) return;
      else finish();
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || isText(at) || !letters.checked) return;
    if (byLetter[event.key.toLowerCase()] && !at.closest?.("select, details")) {
      pick(byLetter[event.key.toLowerCase()]);
      event.preventDefault();
    } else if (at.matches?.("[type=radio]")) {
      const radio = radios(at.name).find((each) => each.dataset.key === event.key);
      if (!radio) return;
      choose(radio);
      event.preventDefault();
    }
  });

  letters.checked = window.localStorage.getItem("letters") !== "no";
  letters.addEventListener("change", () => window.localStorage.setItem("letters", letters.checked ? "yes" : "no"));
  form.addEventListener("change", (event) => {
    show();
    if (event.target !== told) word();
  });
  form.addEventListener("input", (event) => {
    if (event.target === form.elements.reason || event.target === cite) word();
  });
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => (sent = false));

  show();
  word();
  // a page with something wrong leads to what stands above the form; a rep goes straight on at the field
  document.addEventListener("DOMContentLoaded", () => {
    const wrong = form.querySelector("[aria-invalid], .wrong");
    if (wrong) (wrong.matches("input, textarea") ? wrong : wrong.closest("fieldset").querySelector("input")).focus();
    else if (answer() === "escalate") form.elements.to.focus();
  });
})();
