"use strict";
// What every map of the desk shares: how it starts, the outlines of countries, the names that fit.
window.basemap = (() => {
  const rtl = document.documentElement.dir === "rtl";

  const make = (box, title, start) => {
    maplibregl.setWorkerUrl(new URL(box.dataset.worker, location.href).href);
    let map;
    try {
      map = new maplibregl.Map({
        container: box, attributionControl: false, dragRotate: false, pitchWithRotate: false, renderWorldCopies: false,
        minZoom: 0.6, maxZoom: 11, fadeDuration: 0, ...start,
        locale: { "NavigationControl.ZoomIn": box.dataset.in, "NavigationControl.ZoomOut": box.dataset.out },
        style: { version: 8, sources: {}, layers: [{ id: "sea", type: "background", paint: { "background-color": "#dfe7ea" } }] },
      });
    } catch {
      const none = document.createElement("p");
      none.className = "none";
      none.dir = document.documentElement.dir;
      none.textContent = box.dataset.none;
      box.replaceChildren(none);
      return null;
    }
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }), rtl ? "top-left" : "top-right");
    map.getCanvas().setAttribute("aria-label", title);
    return map;
  };

  const land = async (map, box) => {
    const world = await (await fetch(box.dataset.outlines)).json();
    map.addSource("land", { type: "geojson", data: topojson.feature(world, world.objects.countries) });
    map.addLayer({ id: "land", type: "fill", source: "land", paint: { "fill-color": "#f7f3ea" } });
    // Borders between countries alone: outlines would draw the date line's cut across the world.
    map.addSource("borders", { type: "geojson", data: topojson.mesh(world, world.objects.countries, (a, b) => a !== b) });
    map.addLayer({ id: "borders", type: "line", source: "borders", paint: { "line-color": "#b9b09d", "line-width": 0.8 } });
    return (await fetch(box.dataset.places)).json();
  };

  // A sign on the map that nobody needs to reach: what it says stands beside the map too.
  const sign = (map, element, at, how = {}) => {
    element.dir = document.documentElement.dir;
    const made = new maplibregl.Marker({ element, ...how }).setLngLat(at).addTo(map);
    for (const name of ["aria-label", "role", "tabindex"]) element.removeAttribute(name);
    element.setAttribute("aria-hidden", "true");
    return made;
  };

  const name = (map, box, labels, taken, left = 26) => {
    for (const one of box.querySelectorAll(".place-label:not(.own)")) one.closest(".maplibregl-marker").remove();
    const zoom = map.getZoom();
    const seen = map.getBounds();
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
      label.textContent = one.name;
      sign(map, label, [one.lon, one.lat]);
    }
  };

  return { make, land, sign, name };
})();
