import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Panel } from "../kit/components/panel.js";
import { theme } from "../kit/preferences.js";
import { formatTime } from "../kit/time.js";
import { formatNumber, formatShare, language, t } from "../kit/words.js";

/** @typedef {import("./board.js").Board} Board */
/** @typedef {import("./board.js").BoardMinute} Minute */
/** @typedef {{key: "placed" | "answered" | "abandoned" | "occupancy", word: string, color: string, isShare?: boolean, dash?: number[]}} Line */

const HEIGHT = 190;

/** Lines differ by their dashes as well as by their colours. @type {{key: string, lines: Line[]}[]} */
const CHARTS = [
  {
    key: "calls",
    lines: [
      { key: "placed", word: "wallboard.placed", color: "--info" },
      { key: "answered", word: "wallboard.answered", color: "--ok", dash: [6, 3] },
      { key: "abandoned", word: "wallboard.abandoned", color: "--bad", dash: [2, 3] },
    ],
  },
  { key: "occupancy", lines: [{ key: "occupancy", word: "wallboard.occupancy", color: "--info", isShare: true }] },
];

/** The last hour by the minute. @param {{board: Board}} props */
export function Charts({ board }) {
  const minutes = board.minutes.value;
  return html`<div class="wb-charts">
    ${CHARTS.map((chart) => html`<${Chart} key=${chart.key} name=${chart.key} lines=${chart.lines} minutes=${minutes} />`)}
  </div>`;
}

/** @param {{name: string, lines: Line[], minutes: Minute[]}} props */
function Chart({ name, lines, minutes }) {
  const title = t(`wallboard.chart.${name}`);
  return html`<${Panel} title=${title}>
    <${Drawing} lines=${lines} minutes=${minutes} title=${title} />
    <details>
      <summary>${t("wallboard.as_table")}</summary>
      <div class="table-box wb-series" role="region" aria-label=${title} tabindex="0">
        <table>
          <caption class="only-for-readers">${title}</caption>
          <thead>
            <tr>
              <th scope="col">${t("wallboard.minute")}</th>
              ${lines.map((line) => html`<th key=${line.key} scope="col" class="number">${t(line.word)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${[...minutes].reverse().map(
              (minute) => html`<tr key=${minute.at}>
                <th scope="row">${formatTime(minute.at)}</th>
                ${lines.map((line) => html`<td key=${line.key} class="number">${written(line, minute)}</td>`)}
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  <//>`;
}

/** @param {Line} line @param {Minute} minute */
function written(line, minute) {
  const value = minute[line.key];
  return line.isShare ? formatShare(value, 0) : formatNumber(value ?? 0);
}

/** Drawn anew once a minute, when there is one more. @param {{lines: Line[], minutes: Minute[], title: string}} props */
function Drawing({ lines, minutes, title }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {import("uplot") | null} */ (null));
  const [hasFailed, setFailed] = useState(false);
  const data = useRef(/** @type {import("uplot").AlignedData} */ ([[]]));
  data.current = dataOf(lines, minutes);
  const look = `${theme.value} ${document.documentElement.dataset.theme ?? ""} ${language.value}`;
  useEffect(() => {
    let isGone = false;
    const node = box.current;
    const resized = new ResizeObserver(
      () => node && plot.current?.setSize({ width: node.clientWidth, height: HEIGHT }),
    );
    loadPlots()
      .then((UPlot) => {
        if (isGone || node === null) return;
        plot.current = new UPlot(options(lines, node), data.current, node);
        resized.observe(node);
      })
      .catch(() => setFailed(true));
    return () => {
      isGone = true;
      resized.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [look]);
  useEffect(() => plot.current?.setData(data.current), [minutes]);
  return html`<div ref=${box} class="wb-chart" role="img" aria-label=${`${title}. ${t("wallboard.chart_help")}`}>
    ${hasFailed && html`<p class="wb-note">${t("wallboard.chart_failed")}</p>`}
  </div>`;
}

/** @param {Line[]} lines @param {Minute[]} minutes @returns {import("uplot").AlignedData} */
function dataOf(lines, minutes) {
  return [
    minutes.map((minute) => Date.parse(minute.at) / 1_000),
    ...lines.map((line) => minutes.map((minute) => minute[line.key] ?? null)),
  ];
}

/** @param {Line[]} lines @param {HTMLElement} node @returns {import("uplot").Options} */
function options(lines, node) {
  const style = getComputedStyle(node);
  const color = (/** @type {string} */ name) => style.getPropertyValue(name).trim() || "#888";
  const isShare = lines.every((line) => line.isShare);
  const axis = { stroke: color("--quiet"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false } };
  return {
    width: node.clientWidth,
    height: HEIGHT,
    cursor: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    scales: { y: { range: (_, low, high) => (isShare ? [0, 1] : [Math.min(0, low ?? 0), Math.max(4, high ?? 4)]) } },
    axes: [
      { ...axis, values: (_, times) => times.map((at) => formatTime(at * 1_000)), space: 60 },
      {
        ...axis,
        values: (_, values) => values.map((value) => (isShare ? formatShare(value, 0) : formatNumber(value))),
        size: 48,
      },
    ],
    series: [
      { label: t("wallboard.minute") },
      ...lines.map((line) => ({
        label: t(line.word),
        stroke: color(line.color),
        width: 2,
        dash: line.dash,
        points: { show: false },
      })),
    ],
    legend: { live: false },
  };
}

/** @type {Promise<typeof import("uplot")> | null} */
let plots = null;

/** The module and its style sheet, when a chart is shown for the first time. */
function loadPlots() {
  plots ??= Promise.all([import("uplot"), loadStyles()]).then(([module]) => module.default);
  return plots;
}

/** @returns {Promise<void>} */
function loadStyles() {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = import.meta.resolve("uplot").replace(/\.js$/, ".css");
    link.onload = () => resolve();
    link.onerror = reject;
    document.head.append(link);
  });
}
