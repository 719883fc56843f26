"use strict";
// Words of the report are picked by dragging over them or with the arrow keys; what may be said of them the server tells.
(() => {
  const text = document.getElementById("report-text");
  const panel = document.getElementById("pick");
  if (!text || !panel) return;
  const target = document.getElementById("pick-form");
  const said = document.getElementById("pick-said");

  // The text as it stands in the record: pieces of the page, each with where it begins. A character that is shown by its
  // number counts as one.
  const pieces = [];
  let whole = "";
  const walk = (node) => {
    if (node.nodeType === 3) { pieces.push({ node, at: whole.length, length: node.data.length }); whole += node.data; return; }
    if (node.nodeType !== 1) return;
    if (node.classList.contains("unseen") || node.hasAttribute("data-one")) { whole += " "; return; }
    node.childNodes.forEach(walk);
  };
  walk(text);
  const words = [...whole.matchAll(/[\p{L}\p{N}\p{M}_](?:[\p{L}\p{N}\p{M}_\u200c\u200d]|[.,\u066b\u066c](?=\p{N}))*/gu)].map((m) => ({ start: m.index, end: m.index + m[0].length }));
  if (!words.length) return;
  // Offsets on the server count code points, those of the browser halves of pairs.
  const points = (at) => [...whole.slice(0, at)].length;
  const units = (count) => [...whole].slice(0, count).join("").length;
  const spot = (at, isEnd) => {
    const piece = pieces.find((p) => (isEnd ? at > p.at && at <= p.at + p.length : at >= p.at && at < p.at + p.length)) || pieces[pieces.length - 1];
    return [piece.node, Math.max(0, Math.min(piece.length, at - piece.at))];
  };
  const rangeOf = (from, to) => {
    const range = document.createRange();
    range.setStart(...spot(words[from].start, false));
    range.setEnd(...spot(words[to].end, true));
    return range;
  };

  let anchor = null;
  let head = null;
  let timer = 0;
  const bounds = () => [Math.min(anchor, head), Math.max(anchor, head)];
  const show = (keyboard) => {
    const [from, to] = bounds();
    const range = rangeOf(from, to);
    if (window.CSS && CSS.highlights) CSS.highlights.set("picked", new Highlight(range));
    else if (keyboard) { const now = getSelection(); now.removeAllRanges(); now.addRange(range); }
    said.textContent = whole.slice(words[from].start, words[to].end);
    if (keyboard) {
      const box = rangeOf(head, head).getBoundingClientRect();
      const sheet = text.closest(".sheet").getBoundingClientRect();
      const low = Math.min(innerHeight, sheet.bottom) - 90;
      if (box.top < Math.max(0, sheet.top) + 40 || box.bottom > low) rangeOf(head, head).startContainer.parentElement.scrollIntoView({ block: "center" });
    }
  };
  const clear = () => {
    anchor = head = null;
    said.textContent = said.dataset.none;
    target.replaceChildren();
    panel.classList.remove("has-words");
    if (window.CSS && CSS.highlights) CSS.highlights.delete("picked");
  };
  const ask = (then) => {
    clearTimeout(timer);
    if (anchor === null) return;
    const [from, to] = bounds();
    const values = { report: panel.dataset.report, start: points(words[from].start), end: points(words[to].end) };
    for (const name of ["what", "event", "field"]) {
      const chosen = document.getElementById(`p-${name}`);
      // What was chosen for the words before is kept, save the field, which follows from the words.
      if (chosen && name === "event") values.event = chosen.value;
    }
    if (!values.event && panel.dataset.event) values.event = panel.dataset.event;
    if (panel.dataset.field) { values.field = panel.dataset.field; panel.dataset.field = ""; }
    htmx.ajax("GET", "/pick", { target, swap: "innerHTML", values }).then(() => {
      panel.classList.add("has-words");
      if (then) then();
    });
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(() => ask(), 350); };
  const focusForm = () => ask(() => { const first = target.querySelector("select"); if (first) first.focus(); });

  // With the mouse or a finger: what is dragged over, in whole words.
  document.addEventListener("selectionchange", () => {
    const now = getSelection();
    if (!now.rangeCount || now.isCollapsed || !text.contains(now.anchorNode) || !text.contains(now.focusNode)) return;
    const range = now.getRangeAt(0);
    const at = (node, offset) => {
      const probe = document.createRange();
      probe.setStart(text, 0);
      probe.setEnd(node, offset);
      const end = pieces.filter((p) => probe.intersectsNode(p.node)).pop();
      if (!end) return 0;
      return end.node === node ? end.at + offset : end.at + end.length;
    };
    const [low, high] = [at(range.startContainer, range.startOffset), at(range.endContainer, range.endOffset)];
    const from = words.findIndex((w) => w.end > low);
    const to = words.findLastIndex((w) => w.start < high);
    if (from < 0 || to < from) return;
    [anchor, head] = [from, to];
    show(false);
    later();
  });

  // With the keyboard: arrows go from word to word, with Shift they widen, Enter leads to the form, Escape lets go.
  const line = (by) => {
    const box = rangeOf(head, head).getBoundingClientRect();
    const middle = (box.left + box.right) / 2;
    let best = null;
    let top = null;
    for (let k = head + by; k >= 0 && k < words.length; k += by) {
      const other = rangeOf(k, k).getBoundingClientRect();
      if (by > 0 ? other.top < box.bottom - 2 : other.bottom > box.top + 2) continue;
      if (top === null) top = other.top;
      if (Math.abs(other.top - top) > box.height) break;
      const far = Math.abs((other.left + other.right) / 2 - middle);
      if (best === null || far < best[1]) best = [k, far];
    }
    return best ? best[0] : by > 0 ? words.length - 1 : 0;
  };
  text.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== text) return;
    const isRight = getComputedStyle(text).direction === "rtl";
    const steps = { ArrowLeft: isRight ? 1 : -1, ArrowRight: isRight ? -1 : 1, ArrowUp: "up", ArrowDown: "down", Home: "first", End: "last" };
    if (event.key === "Escape") { clear(); return; }
    if (event.key === "Enter" && anchor !== null) { event.preventDefault(); focusForm(); return; }
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    if (anchor === null) anchor = head = 0;
    else if (typeof step === "number") head = Math.max(0, Math.min(words.length - 1, head + step));
    else head = step === "first" ? 0 : step === "last" ? words.length - 1 : line(step === "down" ? 1 : -1);
    if (!event.shiftKey) anchor = head;
    getSelection().removeAllRanges();
    show(true);
    later();
  });
  document.getElementById("pick-keys").addEventListener("click", () => {
    if (anchor === null) anchor = head = 0;
    text.focus();
    show(true);
    later();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-unpick]")) { clear(); text.focus(); } });
  document.body.addEventListener("htmx:afterSwap", (event) => { if (event.target !== target) return; panel.classList.add("has-words"); const problem = document.getElementById("p-problem"); if (problem) problem.focus(); });

  const wanted = /^(\d+)-(\d+)$/.exec(panel.dataset.pick);
  if (wanted) {
    const [low, high] = [units(Number(wanted[1])), units(Number(wanted[2]))];
    const [from, to] = [words.findIndex((w) => w.end > low), words.findLastIndex((w) => w.start < high)];
    if (from >= 0 && to >= from) { [anchor, head] = [from, to]; show(true); ask(); }
  }
})();
