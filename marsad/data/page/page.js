"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const smooth = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  const show = (element) => element.scrollIntoView({ block: "center", behavior: smooth });

  const clear = () => {
    all(".lit").forEach((e) => { e.classList.remove("lit"); e.style.removeProperty("--c"); });
    all("button[aria-pressed=true]").forEach((b) => b.setAttribute("aria-pressed", "false"));
  };
  const light = (value) => {
    clear();
    const button = document.querySelector(`button[data-v="${value}"]`);
    button.setAttribute("aria-pressed", "true");
    button.closest(".card").classList.add("lit");
    const marks = all(`mark[data-v~="${value}"]`);
    const colour = getComputedStyle(button).getPropertyValue("--c");
    marks.forEach((m) => { m.classList.add("lit"); m.style.setProperty("--c", colour); });
    return { button, marks };
  };
  const fromCard = (button) => {
    const { marks } = light(button.dataset.v);
    if (marks.length) show(marks[0]);
  };
  const fromText = (mark, keyboard) => {
    const values = mark.dataset.v.split(" ");
    const now = values.findIndex((v) => document.querySelector(`button[data-v="${v}"][aria-pressed=true]`));
    const { button } = light(values[(now + 1) % values.length]);
    show(button.closest(".card"));
    if (keyboard) button.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.value");
    const mark = event.target.closest("mark");
    if (button) fromCard(button);
    else if (mark) fromText(mark, false);
  });
  document.addEventListener("keydown", (event) => {
    const mark = event.target.closest ? event.target.closest("mark") : null;
    if (mark && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); fromText(mark, true); }
    if (event.key === "Escape") clear();
  });

  const articles = all("article");
  const links = all(".contents a");
  const choose = () => {
    if (!links.length) return;
    const wanted = articles.find((a) => "#" + a.id === location.hash) || articles[0];
    articles.forEach((a) => { a.hidden = a !== wanted; });
    links.forEach((l) => l.getAttribute("href") === "#" + wanted.id ? l.setAttribute("aria-current", "true") : l.removeAttribute("aria-current"));
  };
  addEventListener("hashchange", choose);
  choose();
})();
