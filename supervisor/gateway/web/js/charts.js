// Charts over time (Chart.js), in the colours of the style sheet.
import { h } from "./dom.js";
import { clock } from "./format.js";
import { kStages } from "./stages.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function axes(unit, stacked) {
  const grid = { color: colour("line"), drawBorder: false };
  const ticks = { color: colour("quiet"), font: { size: 11 }, maxRotation: 0 };
  return {
    x: { type: "category", stacked, grid: { display: false }, ticks: { ...ticks, autoSkip: true, maxTicksLimit: 6 } },
    y: { stacked, beginAtZero: true, grid, ticks: { ...ticks, maxTicksLimit: 5 },
      title: { display: true, text: unit, color: colour("quiet"), font: { size: 11 } } },
  };
}

// One chart of lines: [{label, colour, value(sample)}]. `read()` gives the samples. Returns {element, draw, close}.
export function time_chart(title, unit, lines, read, { filled = false } = {}) {
  const canvas = h("canvas", { role: "img", "aria-label": title });
  const said = h("figcaption", {}, title);
  let chart = null;
  const make = () => {
    chart = new globalThis.Chart(canvas, {
      type: "line",
      data: { labels: [], datasets: lines.map((line) => ({ label: line.label, data: [],
        borderColor: colour(line.colour), backgroundColor: colour(line.colour), fill: filled, stepped: false,
        borderWidth: filled ? 0 : 1.5, pointRadius: 0, tension: 0 })) },
      options: { animation: false, responsive: true, maintainAspectRatio: false, interaction: { mode: "index", intersect: false },
        scales: axes(unit, filled),
        plugins: { legend: { display: lines.length > 1 && !filled, position: "top", align: "end",
          labels: { boxWidth: 10, boxHeight: 2, color: colour("text"), font: { size: 11 } } } } },
    });
  };
  const draw = () => {
    if (!canvas.isConnected) return;
    if (chart === null) make();
    const samples = read();
    chart.data.labels = samples.map((sample) => clock(sample.time_ms));
    lines.forEach((line, index) => { chart.data.datasets[index].data = samples.map(line.value); });
    chart.update("none");
    const last = samples.length === 0 ? null : samples[samples.length - 1];
    if (last) {
      const now = lines.map((line) => `${line.label} ${line.value(last).toFixed(1)} ${unit}`).join(", ");
      canvas.setAttribute("aria-label", `${title}: now ${now}`);
    }
  };
  const close = () => {
    dark.removeEventListener("change", recolour);
    if (chart !== null) chart.destroy();
    chart = null;
  };
  const recolour = () => {
    if (chart !== null) chart.destroy();
    chart = null;
    draw();
  };
  dark.addEventListener("change", recolour);
  return { element: h("figure", { class: "chart" }, said, h("div", { class: "canvas" }, canvas)), draw, close };
}

// Milliseconds of each stage in a second, one upon the other.
export const stage_chart = (title, read) => time_chart(title, "ms/s",
  kStages.map((stage) => ({ label: stage, colour: `stage-${stage}`, value: (sample) => sample.stages[stage] })), read,
  { filled: true });
