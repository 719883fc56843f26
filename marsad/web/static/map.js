"use strict";
(() => {
  const box = document.getElementById("map");
  if (!box || !window.maplibregl) return;
  const here = () => new URLSearchParams(location.search);
  const start = (here().get("at") || "").split(",").map(Number);
  const placed = start.length === 3 && start.every(Number.isFinite);
  const map = basemap.make(box, document.getElementById("map-title").textContent, {
    center: placed ? [start[1], start[0]] : [35, 32], zoom: placed ? start[2] : 2,
  });
  if (!map) return;
  window.deskMap = map;

  let labels = [];
  let marked = [];
  const placeLabels = () => {
    const taken = marked.map((m) => map.project(m.getLngLat())).map((p) => [p.x - 26, p.y - 26, p.x + 26, p.y + 26]);
    basemap.name(map, box, labels, taken);
  };

  const sizeOf = (cell) => {
    const weight = cell.harmed || 0;
    const byHarm = weight === 0 ? 0 : weight < 10 ? 1 : weight < 100 ? 2 : weight < 1000 ? 3 : 4;
    const digits = cell.shown.length;
    return Math.max(byHarm, digits > 4 ? 3 : digits > 2 ? 2 : digits > 1 ? 1 : 0);
  };
  const draw = (cells) => {
    marked.forEach((m) => m.remove());
    marked = cells.map((cell) => {
      const mark = document.createElement("button");
      mark.type = "button";
      mark.className = `cell ${cell.family} s${sizeOf(cell)}${cell.exact ? "" : " area"}`;
      mark.textContent = cell.count > 1 ? cell.shown : "";
      mark.title = cell.said;
      mark.setAttribute("aria-label", cell.count > 1 ? `${cell.shown}: ${cell.said}` : cell.said);
      mark.addEventListener("click", (event) => {
        event.stopPropagation();
        if (cell.id) location.href = "/incidents/" + encodeURIComponent(cell.id);
        else if (map.getZoom() < 10) map.easeTo({ center: [cell.lon, cell.lat], zoom: Math.min(11, map.getZoom() + 2) });
      });
      const made = new maplibregl.Marker({ element: mark }).setLngLat([cell.lon, cell.lat]).addTo(map);
      mark.setAttribute("aria-label", cell.count > 1 ? `${cell.shown}: ${cell.said}` : cell.said);
      mark.removeAttribute("role");
      mark.removeAttribute("tabindex");
      return made;
    });
    placeLabels();
    box.dataset.cells = cells.length;
  };

  let asked = 0;
  const refresh = async () => {
    const mine = ++asked;
    const b = map.getBounds();
    const query = here();
    query.delete("at"); query.delete("page"); query.delete("order"); query.set("lang", document.documentElement.lang);
    query.set("box", [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map((v) => v.toFixed(3)).join(","));
    query.set("zoom", map.getZoom().toFixed(2));
    const answer = await fetch("/map.json?" + query);
    if (answer.ok && mine === asked) draw((await answer.json()).cells);
  };
  const remember = () => {
    const c = map.getCenter();
    const query = here();
    query.set("at", [c.lat.toFixed(3), c.lng.toFixed(3), map.getZoom().toFixed(2)].join(","));
    history.replaceState(history.state, "", "?" + query.toString().replaceAll("%2C", ","));
  };

  const fit = async () => {
    const query = here();
    query.delete("at"); query.delete("page"); query.delete("order");
    query.set("box", "-180,-90,180,90");
    query.set("zoom", "3");
    const answer = await fetch("/map.json?" + query);
    if (!answer.ok) return;
    const cells = (await answer.json()).cells;
    if (!cells.length) { draw([]); return; }
    const bounds = new maplibregl.LngLatBounds();
    cells.forEach((c) => bounds.extend([c.lon, c.lat]));
    map.fitBounds(bounds, { padding: 46, maxZoom: 6, animate: false });
    refresh();
  };

  map.on("load", async () => {
    labels = await basemap.land(map, box);
    if (placed) await refresh(); else await fit();
    box.dataset.ready = "yes";
    map.once("idle", () => { box.dataset.drawn = "yes"; });
    map.on("moveend", (event) => { refresh(); if (event.originalEvent || event.byUser) remember(); });
    map.on("dragend", remember);
    map.on("zoomend", (event) => { if (event.originalEvent) remember(); });
  });
  document.body.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "results") { if (document.body.dataset.live) refresh(); else fit(); } });
})();
