"use strict";
(() => {
  // A picture of points, drawn here from the chart's own file: nothing leaves the desk.
  const offer = () => document.querySelectorAll("[data-picture][hidden]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const image = new Image();
      image.src = button.dataset.picture;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.naturalWidth * 2;
      canvas.height = image.naturalHeight * 2;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = "marsad.png";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    });
  });
  offer();
  document.body.addEventListener("htmx:afterSettle", offer);
})();
