"use strict";
// The places that an incident's reports name, as the table beside the map lists them.
(() => {
  const box = document.getElementById("map");
  const rows = [...document.querySelectorAll("[data-place]")].map((row) => ({ row, ...row.dataset, at: [Number(row.dataset.lon), Number(row.dataset.lat)] }));
  if (!box || !window.maplibregl || !rows.length) return;
  const bounds = new maplibregl.LngLatBounds();
  rows.forEach((one) => bounds.extend(one.at));
  const map = basemap.make(box, document.getElementById("where").textContent, { bounds, fitBoundsOptions: { padding: 64, maxZoom: rows.length > 1 ? 5.6 : 4 } });
  if (!map) return;
  window.deskMap = map;
  let labels = [];
  const rooms = () => {
    const own = box.getBoundingClientRect();
    return [...box.querySelectorAll(".spot, .own, .km")].map((e) => e.getBoundingClientRect()).map((r) => [r.left - own.left - 4, r.top - own.top - 2, r.right - own.left + 4, r.bottom - own.top + 2]);
  };
  const show = () => {
    // A name of ours that would lie over another stays away: its number leads to the table.
    const taken = [];
    for (const name of box.querySelectorAll(".own, .km")) {
      name.style.visibility = "visible";
      const r = name.getBoundingClientRect();
      const clash = taken.some((b) => r.left < b.right && r.right > b.left && r.top < b.bottom && r.bottom > b.top);
      if (clash) name.style.visibility = "hidden"; else taken.push(r);
    }
    basemap.name(map, box, labels, rooms(), 12);
  };
  map.on("load", async () => {
    labels = await basemap.land(map, box);
    const lines = rows.slice(1).filter((one) => one.km).map((one) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: [rows[0].at, one.at] } }));
    map.addSource("lines", { type: "geojson", data: { type: "FeatureCollection", features: lines } });
    map.addLayer({ id: "lines", type: "line", source: "lines", paint: { "line-color": "#5f594f", "line-width": 1.2, "line-dasharray": [3, 3] } });
    rows.forEach((one) => {
      const spot = document.createElement("span");
      spot.className = one.area ? "spot area" : "spot";
      spot.textContent = one.place;
      basemap.sign(map, spot, one.at);
      const name = document.createElement("span");
      name.className = "place-label own";
      name.textContent = one.name;
      basemap.sign(map, name, one.at, { offset: [0, one.area ? 32 : 24] });
    });
    rows.slice(1).filter((one) => one.km).forEach((one) => {
      const km = document.createElement("span");
      km.className = "km";
      km.textContent = one.km;
      basemap.sign(map, km, [(one.at[0] + rows[0].at[0]) / 2, (one.at[1] + rows[0].at[1]) / 2]);
    });
    show();
    map.on("moveend", show);
    box.dataset.ready = "yes";
    map.once("idle", () => { box.dataset.drawn = "yes"; });
  });
})();
