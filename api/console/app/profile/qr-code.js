import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

// What scanners want to be empty around the code.
const MARGIN = 4;

/** @typedef {{size: number, path: string}} Drawing */

/** A QR code, dark on white in every theme. The code that draws it is loaded only here. @param {{text: string, label: string}} props */
export function QrCode({ text, label }) {
  const [drawing, setDrawing] = useState(/** @type {Drawing | null} */ (null));
  useEffect(() => {
    let isCurrent = true;
    void import("lean-qr").then(({ generate }) => {
      if (isCurrent) setDrawing(draw(generate(text)));
    });
    return () => {
      isCurrent = false;
    };
  }, [text]);
  return html`<div class="qr-code">
    ${
      drawing &&
      html`<svg role="img" aria-label=${label} viewBox=${`0 0 ${drawing.size} ${drawing.size}`} shape-rendering="crispEdges">
      <path d=${drawing.path} />
    </svg>`
    }
  </div>`;
}

/** @param {{size: number, get: (x: number, y: number) => boolean}} code @returns {Drawing} */
function draw(code) {
  const squares = [];
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (code.get(x, y)) squares.push(`M${x + MARGIN} ${y + MARGIN}h1v1h-1z`);
    }
  }
  return { size: code.size + 2 * MARGIN, path: squares.join("") };
}
