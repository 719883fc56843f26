"use strict";
// Tells that new incidents came in, without moving anything; what is shown changes only when the reader asks.
(() => {
  const box = document.getElementById("new");
  if (!box) return;
  let source = null;
  let asking = 0;
  let waiting = 0;
  const after = () => document.querySelector("[data-stamp]").dataset.stamp;
  const query = () => {
    const asked = new URLSearchParams(location.search);
    for (const name of ["at", "page", "order", "lang"]) asked.delete(name);
    asked.set("after", after());
    asked.set("lang", document.documentElement.lang);
    return asked;
  };
  const words = box.querySelector("span");
  const tell = (news) => {
    words.textContent = news.said;
    box.classList.toggle("open", news.count > 0);
  };
  const stop = () => {
    if (source) source.close();
    clearTimeout(waiting);
    clearInterval(asking);
    source = null;
  };
  const ask = async () => {
    const answer = await fetch("/new?" + query()).catch(() => null);
    if (answer && answer.ok) tell(await answer.json()); else if (answer && answer.status === 401) stop();
  };
  const poll = () => { stop(); asking = setInterval(ask, 20000); };
  const listen = () => {
    stop();
    if (document.hidden) return;
    if (!window.EventSource) { poll(); return; }
    // A page that is left at once opens no stream.
    waiting = setTimeout(() => {
      source = new EventSource("/live?" + query());
      source.addEventListener("news", (event) => tell(JSON.parse(event.data)));
      source.addEventListener("error", () => { if (source && source.readyState === EventSource.CLOSED) poll(); });
    }, 2000);
  };
  box.querySelector("[data-show]").addEventListener("click", async () => {
    tell({ count: 0, said: "" });
    document.body.dataset.live = "yes";
    await htmx.ajax("GET", location.pathname + location.search, { target: "#results", swap: "innerHTML" });
    delete document.body.dataset.live;
  });
  box.querySelector("[data-later]").addEventListener("click", () => { tell({ count: 0, said: "" }); stop(); });
  document.body.addEventListener("htmx:afterSettle", (event) => { if (event.target.id === "results") { tell({ count: 0, said: "" }); listen(); } });
  // A browser opens few streams to one host, and a hidden tab needs none.
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", stop);
  listen();
})();
