"use strict";
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const smooth = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  const show = (element) => element.scrollIntoView({ block: "center", behavior: smooth });
  const clear = () => {
    all(".lit").forEach((e) => e.classList.remove("lit"));
    all("button[aria-pressed=true]").forEach((b) => b.setAttribute("aria-pressed", "false"));
  };
  const light = (value) => {
    clear();
    const button = document.querySelector(`button[data-v="${value}"]`);
    button.setAttribute("aria-pressed", "true");
    button.closest(".event").classList.add("lit");
    const marks = all(`mark[data-v~="${value}"]`);
    const field = [...button.classList].find((c) => c !== "value");
    marks.forEach((m) => { m.classList.add("lit"); m.dataset.lit = field; });
    return { button, marks };
  };
  const fromText = (mark, keyboard) => {
    const values = mark.dataset.v.split(" ");
    const now = values.findIndex((v) => document.querySelector(`button[data-v="${v}"][aria-pressed=true]`));
    const { button } = light(values[(now + 1) % values.length]);
    show(button.closest(".event"));
    if (keyboard) button.focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.value");
    const mark = event.target.closest("mark");
    if (button) { const { marks } = light(button.dataset.v); if (marks.length) show(marks[0]); }
    else if (mark && mark.dataset.v) fromText(mark, false);
  });
  document.addEventListener("keydown", (event) => {
    const mark = event.target.closest ? event.target.closest("mark") : null;
    if (mark && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); fromText(mark, true); }
    if (event.key === "Escape") clear();
  });
  const wanted = document.querySelector(".event[data-lit] button.value");
  if (wanted) { const { marks } = light(wanted.dataset.v); if (marks.length) marks[0].scrollIntoView({ block: "center" }); }
})();
