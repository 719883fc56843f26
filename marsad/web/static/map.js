"use strict";
(() => {
  const box = document.getElementById("map");
  if (!box || !window.maplibregl) return;
  const rtl = document.documentElement.dir === "rtl";
  const here = () => new URLSearchParams(location.search);
  const none = () => { const p = document.createElement("p"); p.className = "none"; p.dir = document.documentElement.dir; p.textContent = box.dataset.none; box.replaceChildren(p); };
  maplibregl.setWorkerUrl(new URL(box.dataset.worker, location.href).href);

  const start = (here().get("at") || "").split(",").map(Number);
  const placed = start.length === 3 && start.every(Number.isFinite);
  let map;
  try {
    map = new maplibregl.Map({
      container: box, attributionControl: false, dragRotate: false, pitchWithRotate: false, renderWorldCopies: false,
      center: placed ? [start[1], start[0]] : [35, 32], zoom: placed ? start[2] : 2, minZoom: 0.6, maxZoom: 11, fadeDuration: 0,
      locale: { "NavigationControl.ZoomIn": box.dataset.in, "NavigationControl.ZoomOut": box.dataset.out },
      style: { version: 8, sources: {}, layers: [{ id: "sea", type: "background", paint: { "background-color": "#dfe7ea" } }] },
    });
  } catch { none(); return; }
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), rtl ? "top-left" : "top-right");
  map.getCanvas().setAttribute("aria-label", document.getElementById("map-title").textContent);
  window.deskMap = map;

  let labels = [];
  let marked = [];
  const placeLabels = async () => {
    if (!labels.length) return;
    for (const one of document.querySelectorAll("#map .place-label")) one.closest(".maplibregl-marker").remove();
    const zoom = map.getZoom();
    const seen = map.getBounds();
    const taken = marked.map((m) => map.project(m.getLngLat())).map((p) => [p.x - 26, p.y - 26, p.x + 26, p.y + 26]);
    let left = 26;
    for (const one of labels) {
      if (left <= 0) break;
      if (one.size !== "country" && zoom < (one.size === "capital" ? 3.4 : 4.6)) continue;
      if (one.size === "country" && zoom > 5.5) continue;
      if (!seen.contains([one.lon, one.lat])) continue;
      const at = map.project([one.lon, one.lat]);
      const half = one.name.length * 4.4 + 4;
      const room = [at.x - half, at.y - 10, at.x + half, at.y + 10];
      if (room[0] < 0 || room[2] > box.clientWidth) continue;
      if (taken.some((b) => room[0] < b[2] && room[2] > b[0] && room[1] < b[3] && room[3] > b[1])) continue;
      taken.push(room);
      left -= 1;
      const label = document.createElement("span");
      label.className = "place-label " + one.size;
      label.dir = document.documentElement.dir;
      label.textContent = one.name;
      new maplibregl.Marker({ element: label }).setLngLat([one.lon, one.lat]).addTo(map);
      label.removeAttribute("aria-label");
      label.removeAttribute("role");
      label.removeAttribute("tabindex");
      label.setAttribute("aria-hidden", "true");
    }
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
    const world = await (await fetch(box.dataset.outlines)).json();
    map.addSource("land", { type: "geojson", data: topojson.feature(world, world.objects.countries) });
    map.addLayer({ id: "land", type: "fill", source: "land", paint: { "fill-color": "#f7f3ea" } });
    // Borders between countries alone: outlines would draw the date line's cut across the world.
    map.addSource("borders", { type: "geojson", data: topojson.mesh(world, world.objects.countries, (a, b) => a !== b) });
    map.addLayer({ id: "borders", type: "line", source: "borders", paint: { "line-color": "#b9b09d", "line-width": 0.8 } });
    labels = await (await fetch(box.dataset.places)).json();
    if (placed) await refresh(); else await fit();
    box.dataset.ready = "yes";
    map.once("idle", () => { box.dataset.drawn = "yes"; });
    map.on("moveend", (event) => { refresh(); if (event.originalEvent || event.byUser) remember(); });
    map.on("dragend", remember);
    map.on("zoomend", (event) => { if (event.originalEvent) remember(); });
  });
  document.body.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "results") fit(); });
})();
