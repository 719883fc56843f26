"use strict";
(() => {
  const seat = document.body.dataset.seat;
  document.body.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-Marsad-Seat"] = seat; });
  // Empty fields would make long addresses that say nothing.
  document.body.addEventListener("htmx:configRequest", (event) => {
    const values = event.detail.parameters;
    for (const name of [...new Set(Object.keys(values))]) if (values[name] === "" || (name === "order" && values[name] === "date")) delete values[name];
  });
  for (const form of document.querySelectorAll("form[method=get]")) {
    form.addEventListener("formdata", (event) => {
      for (const [name, value] of [...event.formData]) if (value === "" || (name === "order" && value === "date")) event.formData.delete(name);
    });
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
    const printer = event.target.closest("[data-print]");
    if (printer) print();
  });

  const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");
  const step = (by) => {
    const stops = [...document.querySelectorAll(".opens")];
    if (!stops.length) return;
    const now = stops.indexOf(document.activeElement);
    const next = stops[Math.max(0, Math.min(stops.length - 1, now < 0 ? (by > 0 ? 0 : stops.length - 1) : now + by))];
    next.focus();
    next.scrollIntoView({ block: "center" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target)) { if (event.key === "Escape") event.target.blur(); return; }
    if (document.querySelector("dialog[open]")) return;
    // Keys by their place on the keyboard, so that they work while it writes Arabic.
    const letter = /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : /^Digit[0-9]$/.test(event.code) && !event.shiftKey ? event.code.slice(5) : event.key;
    if (letter === "j" || letter === "k") { event.preventDefault(); step(letter === "j" ? 1 : -1); return; }
    const wanted = event.key === "؟" ? "?" : letter;
    const target = [...document.querySelectorAll("[data-key]")].find((e) => e.dataset.key === wanted && e.offsetParent !== null);
    if (!target) return;
    event.preventDefault();
    if (isTyping(target)) { target.focus(); if (target.select) target.select(); } else target.click();
  });

  // Dragging over a histogram chooses days.
  const brush = () => {
    for (const chart of document.querySelectorAll("svg[data-brush]:not([data-ready])")) {
      chart.dataset.ready = "yes";
      const band = chart.querySelector(".brush");
      const bars = [...chart.querySelectorAll(".bar")];
      const at = (event) => {
        const box = chart.getBoundingClientRect();
        return (event.clientX - box.left) / box.width * chart.viewBox.baseVal.width;
      };
      let from = null;
      let moved = false;
      chart.addEventListener("pointerdown", (event) => { from = at(event); moved = false; event.preventDefault(); });
      chart.addEventListener("pointermove", (event) => {
        if (from === null) return;
        const to = at(event);
        if (Math.abs(to - from) > 6) { moved = true; chart.setPointerCapture(event.pointerId); }
        band.setAttribute("x", Math.min(from, to));
        band.setAttribute("width", moved ? Math.abs(to - from) : 0);
      });
      chart.addEventListener("pointerup", (event) => {
        if (from === null) return;
        const [low, high] = [Math.min(from, at(event)), Math.max(from, at(event))];
        from = null;
        if (!moved) return;
        const chosen = bars.filter((bar) => {
          const slot = bar.querySelector(".slot");
          const [x, width] = [slot.x.baseVal.value, slot.width.baseVal.value];
          return x + width > low && x < high;
        });
        if (!chosen.length) return;
        const form = document.getElementById("filters");
        form.elements.since.value = chosen.map((bar) => bar.dataset.since).sort()[0];
        form.elements.until.value = chosen.map((bar) => bar.dataset.until).sort().at(-1);
        form.requestSubmit();
      });
      chart.addEventListener("click", (event) => { if (moved) { event.preventDefault(); moved = false; } }, true);
    }
  };
  brush();
  document.body.addEventListener("htmx:afterSwap", brush);

  // On a narrow screen the filters start folded.
  const filters = document.querySelector(".filters");
  if (filters && matchMedia("(max-width: 760px)").matches) filters.open = false;
})();
