/** The board on a wall: nothing but tiles, the whole screen, and dark unless somebody has chosen otherwise. */

import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { theme } from "../kit/preferences.js";
import { changeQuery } from "../kit/router.js";

/** While the board hangs on a wall, the page is dark for those who let the system decide. @param {boolean} isWall */
export function useWallTheme(isWall) {
  useEffect(() => {
    if (!isWall) return undefined;
    const root = document.documentElement;
    const off = effect(() => {
      if (theme.value === "system") root.dataset.theme = "dark";
    });
    root.classList.add("wb-on-wall");
    return () => {
      off();
      root.classList.remove("wb-on-wall");
      if (theme.peek() === "system") delete root.dataset.theme;
    };
  }, [isWall]);
}

/** Take the whole screen. A browser that does not allow it shows the wall in its window. */
export async function toWall() {
  changeQuery({ mode: "wall" });
  try {
    await document.documentElement.requestFullscreen?.();
  } catch {
    // In the window, then.
  }
}

/** Back to the desk. */
export function toDesk() {
  changeQuery({ mode: null });
  if (document.fullscreenElement) void document.exitFullscreen();
}
